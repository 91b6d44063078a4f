//go:build !unix

package postgrestest

// Pause does nothing on this system.
func (s *Server) Pause() {}

// Resume does nothing on this system.
func (s *Server) Resume() {}
