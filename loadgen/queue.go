package loadgen

import "slices"

// queue is tasks to do, in order. Whoever has it locks it.
type queue struct {
	tasks []task
	head  int // of those to do; the tasks before it are done
}

// first returns the next task; nil if there is none.
func (q *queue) first() *task {
	if q.head == len(q.tasks) {
		return nil
	}
	return &q.tasks[q.head]
}

// empty reports whether there is nothing to do.
func (q *queue) empty() bool { return q.head == len(q.tasks) }

// has reports whether a task to do is one of some.
func (q *queue) has(some func(*task) bool) bool {
	for i := range q.tasks[q.head:] {
		if some(&q.tasks[q.head+i]) {
			return true
		}
	}
	return false
}

// lines returns how many lines there are to say.
func (q *queue) lines() (n int64) {
	for i := range q.tasks[q.head:] {
		if q.tasks[q.head+i].act == say {
			n++
		}
	}
	return n
}

// add puts a task behind all others.
func (q *queue) add(t task) { q.tasks = append(q.tasks, t) }

// insert puts a task before all others.
func (q *queue) insert(t task) { q.tasks = slices.Insert(q.tasks, q.head, t) }

// mostIdle is how many tasks a queue has room for that is empty.
const mostIdle = 16

// pop takes the next task, which there is.
func (q *queue) pop() task {
	t := q.tasks[q.head]
	q.tasks[q.head] = task{}
	if q.head++; q.head == len(q.tasks) {
		if q.tasks, q.head = q.tasks[:0], 0; cap(q.tasks) > mostIdle {
			q.tasks = nil
		}
	}
	return t
}

// rest frees the memory of an empty queue, which may stay so for long.
func (q *queue) rest() {
	if q.empty() {
		*q = queue{}
	}
}

// keep drops all tasks but some.
func (q *queue) keep(some func(*task) bool) {
	kept := []task(nil)
	for i := range q.tasks[q.head:] {
		if t := &q.tasks[q.head+i]; some(t) {
			kept = append(kept, *t)
		}
	}
	q.tasks, q.head = kept, 0
}

// dropTokens drops the lines of the closed model, and returns how many those were.
func (q *queue) dropTokens() int64 {
	had := len(q.tasks)
	q.tasks = slices.DeleteFunc(q.tasks, func(t task) bool { return t.token })
	return int64(had - len(q.tasks))
}
