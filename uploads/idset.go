package uploads

import (
	"maps"
	"slices"
	"sync"

	"pawl"
)

// idSet is a set of ids, safe for concurrent use.
type idSet struct {
	mu  sync.Mutex
	ids map[pawl.ID]struct{}
}

func (s *idSet) add(id pawl.ID) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = make(map[pawl.ID]struct{})
	}
	s.ids[id] = struct{}{}
	return func() { s.remove(id) }
}

func (s *idSet) remove(id pawl.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ids, id)
}

func (s *idSet) has(id pawl.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.ids[id]
	return ok
}

// drain empties the set and returns what was in it.
func (s *idSet) drain() []pawl.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := slices.Collect(maps.Keys(s.ids))
	clear(s.ids)
	return ids
}
