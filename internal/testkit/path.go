package testkit

import (
	"errors"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"gonets"
)

// Path leads to a server and can be lost: then it carries nothing any more, and
// neither end is told. It can be cut, of which both are told, and be slow.
type Path struct {
	listener net.Listener
	to       string
	ends     sync.WaitGroup
	closed   chan struct{}

	mu sync.Mutex
	// lost and deaf are all links, also those that are still made; a deaf one carries
	// what is asked, and no answers.
	lost, deaf bool
	// cut refuses whoever comes.
	cut bool
	// slow is how many bytes a second each link carries; 0 is as many as come.
	slow  int
	links []*link
	// losing tells of an answer that is the last straw.
	losing func(answer []byte) bool
	// delaying tells of a question that is under way for long, with all behind it;
	// late is the link on which it is, and what it carries.
	delaying func(question []byte) bool
	late     *link
	carried  []byte
}

// link is one connection through a path.
type link struct {
	path *Path
	in   net.Conn
	// out is nil when the path was lost before.
	out        net.Conn
	lost, deaf bool
}

// PathTo leads to the host of an address, and gives that address by way of itself.
func PathTo(t testing.TB, address string) (p *Path, by string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p = &Path{listener: l, to: u.Host, closed: make(chan struct{})}
	p.ends.Go(p.accept)
	t.Cleanup(p.close)
	u.Host = l.Addr().String()
	return p, u.String()
}

// LoseOld loses the connections of now; new ones get through.
func (p *Path) LoseOld() { p.lose(false) }

// Lose loses the connections of now and all that are made until Find.
func (p *Path) Lose() { p.lose(true) }

// LoseOn loses, once, the connection on which such an answer comes, and the answer.
func (p *Path) LoseOn(losing func(answer []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.losing = losing
}

// DelayOn loses, once, the connection on which such a question is asked; but the
// question gets there when Deliver says so.
func (p *Path) DelayOn(delaying func(question []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delaying = delaying
}

// Deliver carries what was delayed to its end, and returns when the server is done
// with it.
func (p *Path) Deliver() error {
	p.mu.Lock()
	out, carried := p.late.out, p.carried
	p.mu.Unlock()
	// A server that has ended the connection takes nothing any more.
	_, _ = out.Write(carried)
	if err := out.(*net.TCPConn).CloseWrite(); err != nil && !errors.Is(err, syscall.ENOTCONN) {
		return err
	}
	_, err := io.Copy(io.Discard, out)
	if errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}

// Deafen loses all answers until Find; what is asked arrives.
func (p *Path) Deafen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = true
	for _, l := range p.links {
		l.deaf = true
	}
}

// Cut ends the connections of now, and all that are made until Find.
func (p *Path) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	p.hangUp()
}

// Slow lets each connection carry so many bytes a second until Find.
func (p *Path) Slow(perSecond int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow = perSecond
}

// Find lets new connections through again, as fast as they are. What was lost stays
// lost.
func (p *Path) Find() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost, p.deaf, p.cut, p.slow = false, false, false, 0
}

func (p *Path) lose(all bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = all
	for _, l := range p.links {
		l.lost = true
	}
}

func (p *Path) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		if p.cut {
			in.Close()
			p.mu.Unlock()
			continue
		}
		l := &link{path: p, in: in, lost: p.lost, deaf: p.deaf}
		if !l.lost {
			if l.out, err = net.Dial("tcp", p.to); err != nil {
				in.Close()
				p.mu.Unlock()
				continue
			}
			p.ends.Go(func() { l.carry(l.in, l.out) })
			p.ends.Go(func() { l.carry(l.out, l.in) })
		}
		p.links = append(p.links, l)
		p.mu.Unlock()
	}
}

// carry takes bytes from one end to the other until the link is lost.
func (l *link) carry(from, to net.Conn) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		l.path.drag(n)
		if l.loses(from == l.out, buf[:n]) {
			return
		}
		if _, failed := to.Write(buf[:n]); failed != nil || err != nil {
			from.Close()
			to.Close()
			return
		}
	}
}

// loses tells whether bytes are lost, answers or what was asked.
func (l *link) loses(answer bool, bytes []byte) bool {
	l.path.mu.Lock()
	defer l.path.mu.Unlock()
	if answer && l.path.losing != nil && l.path.losing(bytes) {
		l.lost, l.path.losing = true, nil
	}
	if !answer && !l.lost && l.path.delaying != nil && l.path.delaying(bytes) {
		l.path.late, l.path.carried = l, slices.Clone(bytes)
		l.lost, l.path.delaying = true, nil
	}
	return l.lost || answer && l.deaf
}

// drag waits as long as so many bytes take on a slow path.
func (p *Path) drag(bytes int) {
	p.mu.Lock()
	slow := p.slow
	p.mu.Unlock()
	if slow == 0 {
		return
	}
	timer := gonets.SystemClock{}.NewTimer(time.Duration(bytes) * time.Second / time.Duration(slow))
	defer timer.Stop()
	select {
	case <-timer.C():
	case <-p.closed:
	}
}

// hangUp ends all connections.
func (p *Path) hangUp() {
	for _, l := range p.links {
		l.in.Close()
		if l.out != nil {
			l.out.Close()
		}
	}
	p.links = nil
}

func (p *Path) close() {
	p.listener.Close()
	close(p.closed)
	p.mu.Lock()
	p.hangUp()
	p.mu.Unlock()
	p.ends.Wait()
}
