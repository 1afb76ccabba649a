package node

import (
	"context"
	"time"

	"gonets/internal/hint"
)

// relisten is the pause before a lost connection is made again.
const relisten = time.Second

// Tell gives the other nodes a hint. It never blocks: what comes close together
// goes out as one, at most one each [HintPause].
func (k *Keeper) Tell(h hint.Hint) {
	k.mu.Lock()
	k.news.Merge(h)
	k.mu.Unlock()
	select {
	case k.speak <- struct{}{}:
	default:
	}
}

// tell sends what was gathered. A hint that can't be sent is forgotten: the
// others find out by themselves.
func (k *Keeper) tell() {
	for {
		select {
		case <-k.ctx.Done():
			return
		case <-k.speak:
		}
		k.mu.Lock()
		h := k.news
		k.news = hint.Hint{}
		k.mu.Unlock()
		if err := k.Store.Tell(k.ctx, h); err != nil {
			k.Log.Debug("a hint to the other nodes was lost", "error", err)
		}
		if !k.pause(HintPause) {
			return
		}
	}
}

// listen hears the others, over every loss of the connection.
func (k *Keeper) listen() {
	for {
		err := k.Store.Listen(k.ctx, k.hear)
		if k.ctx.Err() != nil {
			return
		}
		k.Log.Debug("hints of other nodes do not come; what they do is found a little later", "error", err)
		if !k.pause(relisten) {
			return
		}
	}
}

func (k *Keeper) hear(h hint.Hint) {
	if h.Config {
		select {
		case k.look <- struct{}{}:
		default:
		}
	}
	k.Heard(h)
}

// pause waits; false when the node stops.
func (k *Keeper) pause(d time.Duration) bool {
	timer := k.Real.NewTimer(d)
	select {
	case <-k.ctx.Done():
		timer.Stop()
		return false
	case <-timer.C():
		return true
	}
}

// watch notices what other nodes changed in the configuration, at the latest
// after [ConfigPoll].
func (k *Keeper) watch(known int64) {
	for {
		timer := k.Real.NewTimer(ConfigPoll)
		select {
		case <-k.ctx.Done():
			timer.Stop()
			return
		case <-k.look:
		case <-timer.C():
		}
		timer.Stop()
		known = k.follow(k.ctx, known)
	}
}

// follow takes over what changed and tells the number that is known now.
func (k *Keeper) follow(ctx context.Context, known int64) int64 {
	n, err := k.Store.ConfigEpoch(ctx)
	if err != nil || n == known {
		return known
	}
	if err := k.Changed(ctx); err != nil {
		k.Log.Warn("a changed configuration could not be read; trying again", "error", err)
		return known
	}
	return n
}
