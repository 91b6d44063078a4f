package disk

// advance drops the first n bytes of the buffers.
func advance(buffers [][]byte, n int) [][]byte {
	for n > 0 && n >= len(buffers[0]) {
		n -= len(buffers[0])
		buffers = buffers[1:]
	}
	if n > 0 {
		buffers[0] = buffers[0][n:]
	}
	return buffers
}
