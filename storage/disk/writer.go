package disk

// write takes what is read to the disk, until all of it is durable or the storage
// fails.
func (r *appendRun) write() {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.stopLocked()
	for {
		to, sync := r.nextWriteLocked()
		if to == r.written && !sync {
			if r.done {
				return
			}
			r.toWrite.Wait()
			continue
		}
		if err := r.writeToLocked(to, sync); err != nil {
			r.failed = translate(err)
			return
		}
		r.releaseLocked()
		r.progress.Broadcast()
	}
}

func (r *appendRun) stopLocked() {
	r.stopped = true
	r.progress.Broadcast()
	r.room.Signal()
}

// nextWrite decides how far to write, and whether to sync after it. While more is
// coming, whole blocks are written, a fair number at a time.
func (r *appendRun) nextWriteLocked() (to int64, sync bool) {
	to = r.written
	flush := r.done || r.wanted > r.written
	switch {
	case flush && r.end-r.written <= writeMost:
		to = r.end
	case r.end-r.written > writeAt:
		to = max(r.written, alignDown(min(r.end, r.written+writeMost)))
	}
	sync = to > r.synced && (to-r.synced >= syncAt || to == r.end && (r.done || r.wanted > r.synced))
	return to, sync
}

// writeToLocked writes up to an offset and syncs, without holding the lock meanwhile: the
// range it touches is read already and does not change.
func (r *appendRun) writeToLocked(to int64, sync bool) error {
	from := r.written
	buffers := r.buffersLocked(from, to)
	r.mu.Unlock()
	n, err := r.writeRange(from, to, buffers)
	if sync || err != nil && from+n > r.synced {
		err = r.syncTo(from+n, err)
	}
	if err == nil && sync {
		err = r.a.blobs.checkReserve()
	}
	r.mu.Lock()
	r.written = from + n
	r.synced = r.a.durable.Load()
	if r.done && r.synced == r.end {
		return nil // there was room for all of it
	}
	return err
}

// syncTo syncs; where the write before it failed, it saves what had been written.
func (r *appendRun) syncTo(end int64, writeErr error) error {
	if r.a.file == nil {
		return writeErr
	}
	if err := r.a.syncTo(end, r.created); err != nil {
		return err
	}
	r.created = false
	return writeErr
}

// buffers are the chunks' slices for a range of the file.
func (r *appendRun) buffersLocked(from, to int64) [][]byte {
	buffers := make([][]byte, 0, len(r.chunks))
	for _, c := range r.chunks {
		if c.end > from && c.base < to {
			buffers = append(buffers, c.slice(from, to))
		}
	}
	return buffers
}

// directFrom is how much has to be written at once for bypassing the page cache
// to be worth it.
const directFrom = 64 << 10

// writeRange writes whole blocks past the page cache and the ragged ends, if
// there are any, through it.
//
// After a power cut the file's size is taken for the offset, so it must never say
// more than is there. What was the last block so far, partly filled, is therefore
// completed and synced before anything goes behind it: otherwise the file system
// may make the new size durable and that block not. Behind it whole blocks are
// written in order, and the rest, which is less than a block, is synced at once.
func (r *appendRun) writeRange(from, to int64, buffers [][]byte) (n int64, err error) {
	if from == to {
		return 0, nil
	}
	created, err := r.a.ensureFile()
	r.created = r.created || created
	if err != nil {
		return 0, err
	}
	first, last := min(alignUp(from), to), max(alignDown(to), from)
	head, middle, tail := cut(buffers, first-from, last-first)
	if n, err = r.writeThrough(from, head); err != nil {
		return n, err
	}
	if n > 0 && first < to {
		if err := r.syncTo(from+n, nil); err != nil {
			return 0, err
		}
	}
	write := r.writeBlocks
	if last-first < directFrom {
		write = r.writeThrough
	}
	done, err := write(first, middle)
	n += done
	if err != nil {
		return n, err
	}
	done, err = r.writeThrough(last, tail)
	return n + done, err
}

func (r *appendRun) writeThrough(offset int64, buffers [][]byte) (n int64, err error) {
	for _, p := range buffers {
		done, err := r.a.file.WriteAt(p, offset+n)
		n += int64(done)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (r *appendRun) writeBlocks(offset int64, buffers [][]byte) (int64, error) {
	n, err := r.a.file.WriteBlocks(buffers, offset)
	return int64(n), err
}

// cut splits buffers after head bytes and again after middle more.
func cut(buffers [][]byte, head, middle int64) (a, b, c [][]byte) {
	a, rest := split(buffers, head)
	b, c = split(rest, middle)
	return a, b, c
}

func split(buffers [][]byte, n int64) (before, after [][]byte) {
	for i, p := range buffers {
		size := int64(len(p))
		if n == 0 {
			return before, buffers[i:]
		}
		if n < size {
			before = append(before, p[:n])
			return before, append([][]byte{p[n:]}, buffers[i+1:]...)
		}
		before = append(before, p)
		n -= size
	}
	return before, nil
}
