package lane

import "context"

// EnterNow is Enter for those who do not wait for a place.
func (s *Set) EnterNow(name string) (*Pass, error) {
	s.mu.Lock()
	l, limits := s.lane(name), s.Limits(name)
	free := l.sending < l.allowed(&limits)
	s.mu.Unlock()
	if !free {
		return nil, ErrShut
	}
	return s.Enter(context.Background(), name)
}
