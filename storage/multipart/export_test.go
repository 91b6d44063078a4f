package multipart

// FreeMemory is how many bytes of the budget nobody has.
func (b *Blobs) FreeMemory() int64 {
	b.memory.mu.Lock()
	defer b.memory.mu.Unlock()
	return int64(b.memory.free) * bufferSize
}
