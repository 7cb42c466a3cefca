package feed

// Lock begins a critical section.
func (f *Feed) Lock() { f.mu.Lock() }

// Unlock ends it, wakes a writer if there is something to write and none is
// awake, and tells the owners of subscriptions that have ended.
func (f *Feed) Unlock() {
	wake := f.sleeping > 0 && !f.ready.empty()
	if wake {
		f.sleeping--
	}
	ended := f.ended
	f.ended = nil
	f.mu.Unlock()
	if wake {
		f.work.Signal()
	}
	for _, e := range ended {
		e.tell(f)
	}
}

// AppendLocked is AppendFormLocked for the first form.
func (f *Feed) AppendLocked(b []byte) {
	f.haste.urge()
	f.AppendFormLocked(0, b)
}

// AppendNewsLocked is AppendLocked for what nobody waits for: where writers are busy
// with news it is written some turns later, together with what has come until then, and
// at once with anything else. Its place is the same.
func (f *Feed) AppendNewsLocked(b []byte) { f.AppendFormLocked(0, b) }

// AppendFormLocked puts a copy of a public entry, or of several, at the end of a
// form. The cost does not depend on the number of subscribers. Whoever appends
// to one form appends the same entries to all that are Read, the first one first,
// before it releases the lock.
func (f *Feed) AppendFormLocked(form Form, b []byte) {
	if f.closed || len(b) == 0 {
		return
	}
	if t := &f.log.tracks[form]; f.times != nil && t.last != nil {
		f.times.note(form, t.end, t.first.base, f.now())
	}
	f.log.AppendForm(form, b)
	f.ready.take(&f.idle)
	f.noteFullLocked()
}

// OmitLocked has s not be given the newest n bytes of its form, which it knows.
func (f *Feed) OmitLocked(s *Subscriber, n int) {
	if !f.closed && s.state != outside {
		f.log.Omit(&s.cursor, n)
	}
}

// Read returns the forms that subscribers read, a bit for each. It needs no
// lock: it is certain under the lock alone.
func (f *Feed) Read() uint32 { return f.read.Load() }

// noteReadLocked keeps the answer of Read.
func (f *Feed) noteReadLocked() {
	read := uint32(1)
	for form := Form(1); form < Forms; form++ {
		if f.log.Read(form) {
			read |= 1 << form
		}
	}
	f.read.Store(read)
}

// AppendPrivateLocked puts a copy of an entry at the end for s only.
func (f *Feed) AppendPrivateLocked(s *Subscriber, b []byte) {
	if f.closed || s.state == outside {
		return
	}
	wasIdle := s.state == listed && f.log.Pending(&s.cursor) == 0
	f.log.AppendPrivate(&s.cursor, b)
	f.haste.urge()
	if wasIdle && f.log.Pending(&s.cursor) > 0 {
		f.ready.push(s)
	}
	f.noteFullLocked()
}

// SubscribeLocked starts the stay of s at the present end. It is held: nothing
// is written for it before Release, so that its owner can write something of
// its own first, within the grace and telling of Progress. False: closed.
func (f *Feed) SubscribeLocked(s *Subscriber) bool {
	if f.closed || s.state != outside {
		return false
	}
	f.subs++
	f.log.SubscribeForm(&s.cursor, s.form)
	f.noteReadLocked()
	s.state, s.held = working, true
	f.busy.push(s)
	f.blockLocked(s, f.now())
	return true
}

// AsideLocked has s, which is subscribed, stand aside, see Log.Aside.
func (f *Feed) AsideLocked(s *Subscriber) { f.log.Aside(&s.cursor) }

// Progress records that a held subscriber's peer takes what its owner writes.
func (f *Feed) Progress(s *Subscriber) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.state != outside {
		f.log.Touch(&s.cursor, f.now())
	}
}

// Release ends the hold of a subscriber.
func (f *Feed) Release(s *Subscriber) {
	f.Lock()
	defer f.Unlock()
	if s.held {
		s.held = false
		f.settleLocked(s)
	}
}

// FinishLocked ends the stay of s at the present end: it is still written what
// was appended up to here, then its owner is told.
func (f *Feed) FinishLocked(s *Subscriber) {
	if s.state == outside {
		return
	}
	f.log.Finish(&s.cursor)
	f.haste.urge()
	if s.state == listed && f.log.Done(&s.cursor) {
		f.endLocked(s, Finished, nil)
	}
}

// DropLocked takes s out at once; false says that it was out before. Its owner
// is not told, and closes the connection, as a write may still be waiting there.
func (f *Feed) DropLocked(s *Subscriber) bool {
	if s.state == outside {
		return false
	}
	f.log.Drop(&s.cursor)
	f.noteReadLocked()
	s.links.unlink()
	s.state, s.held = outside, false
	f.subs--
	if s.mark > 0 {
		s.mark = 0
		f.room.Broadcast()
	}
	f.madeRoomLocked()
	if f.closed && f.subs == 0 {
		close(f.empty)
	}
	return true
}

// OwedLocked returns a mark for WaitConsumedLocked: everything that is appended for
// s at this moment.
func (f *Feed) OwedLocked(s *Subscriber) int64 {
	return f.log.Owed(&s.cursor)
}

// WaitConsumedLocked waits, giving the lock up, until s was written everything
// up to the mark or is out. One may wait for each subscriber.
func (f *Feed) WaitConsumedLocked(s *Subscriber, mark int64) {
	for s.state != outside && s.cursor.delivered < mark {
		s.mark = mark
		f.haste.urge()
		f.room.Wait()
	}
}

// WaitRoomLocked waits, giving the lock up, while the window is full: that is
// how those who append are slowed. False: the feed was closed meanwhile.
func (f *Feed) WaitRoomLocked() bool {
	for f.full.Load() && !f.closed {
		f.room.Wait()
	}
	return !f.closed
}

// WaitGuestLocked is WaitRoomLocked for one without a cursor: that it goes on
// is reason enough to evict a room in which everybody is stalled.
func (f *Feed) WaitGuestLocked() bool {
	f.log.guests++
	ok := f.WaitRoomLocked()
	f.log.guests--
	return ok
}

// Full reports whether who appends would have to wait. It needs no lock: a hint for
// those who could leave their input where it is.
func (f *Feed) Full() bool { return f.full.Load() }

func (f *Feed) noteFullLocked() {
	if f.log.Full() && !f.full.Load() {
		f.full.Store(true)
		f.haste.urge()
		select {
		case f.pressed <- struct{}{}:
		default:
		}
	}
}

// madeRoomLocked wakes those who wait for the window, once there is room.
func (f *Feed) madeRoomLocked() {
	if f.full.Load() && f.log.Roomy() {
		f.full.Store(false)
		f.room.Broadcast()
	}
}
