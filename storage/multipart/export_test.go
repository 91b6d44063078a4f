package multipart

// FreeMemory is how many bytes of the budget nobody has.
func (b *Blobs) FreeMemory() int64 {
	b.memory.mu.Lock()
	defer b.memory.mu.Unlock()
	return int64(b.memory.free) * bufferSize
}

// Manifests is the database of the manifests.
func (b *Blobs) Manifests() ManifestStore { return b.config.Manifests }
