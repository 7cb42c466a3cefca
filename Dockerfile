# chatsim alone, in an image of nothing else, under a user that owns nothing.
#
#   docker build -t chatsim .
#   docker run -p 9999:9999 -v chatsim:/data chatsim
#   docker run chatsim -users 500 -duration 30s
#
# podman and buildah keep the health check if they build with --format docker.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/chatsim . && mkdir /out/data

FROM scratch
COPY --from=build /out/chatsim /chatsim
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 9999
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s CMD ["/chatsim", "-probe", "127.0.0.1:9999"]
ENTRYPOINT ["/chatsim"]
CMD ["-serve", "-listen", ":9999", "-record-format", "json", "-record", "server.json"]
