package multipart_test

import (
	"io"
	"sync"
	"testing"
	"time"

	"pawl"
	"pawl/internal/testbed/s3test"
)

// TestCalls holds how often S3 is asked, and with how much.
func TestCalls(t *testing.T) {
	for name, c := range map[string]struct {
		size, request int
		calls         int
		up            int64
	}{
		"1 MiB requests": {100 << 20, 1 << 20, 130, 210 << 20},
		"8 MiB requests": {100 << 20, 8 << 20, 20, 101 << 20},
		"one request":    {5 << 20, 5 << 20, 1, 5<<20 + 64<<10},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *settings) { c.engine.PartSize = 0 })
			x := r.begin(noise(30, c.size), int64(c.size))
			for x.offset < int64(c.size) {
				x.mustSend(c.request)
			}
			x.close()
			if err := r.blobs.Seal(t.Context(), x.id); err != nil {
				t.Fatal(err)
			}
			calls := r.proxy.Calls()
			up, down := r.proxy.Bytes()
			t.Logf("%d calls, %d bytes up, %d down", calls, up, down)
			if calls > c.calls || up > c.up || down > 64<<10 {
				t.Errorf("%d calls, %d bytes up, %d down", calls, up, down)
			}
			x.wantWhole()
		})
	}
}

func TestSmallThingsAreOneCall(t *testing.T) {
	r := newRig(t)
	if err := r.blobs.Put(t.Context(), pawl.NewID(time.Now()), noise(31, 16<<10)); err != nil {
		t.Fatal(err)
	}
	if n := r.proxy.Calls(); n != 1 {
		t.Errorf("a Put of 16 KiB is %d calls", n)
	}
	x := r.begin(noise(32, 20<<20), 20<<20)
	x.mustSend(8 << 20)
	before := r.proxy.Calls()
	if size, err := r.blobs.Size(t.Context(), x.id); err != nil || size != 8<<20 {
		t.Errorf("Size: %d, %v", size, err)
	}
	x.close()
	if err := x.open(); err != nil {
		t.Fatal(err)
	}
	if n := r.proxy.Calls() - before; n != 0 {
		t.Errorf("asking for the size, and opening it again, is %d calls", n)
	}
	x.close()
	if n := r.proxy.Calls(s3test.Other); n != 0 {
		t.Errorf("%d calls of a kind that is not expected", n)
	}
}

// TestSlowOnesDoNotStopAFastOne has more clients than there is memory for, who have
// sent a little and hold on to it, within a request or between two.
func TestSlowOnesDoNotStopAFastOne(t *testing.T) {
	t.Run("within requests", func(t *testing.T) { slowOnes(t, 1, false) })
	t.Run("between requests", func(t *testing.T) { slowOnes(t, 4, true) })
}

func slowOnes(t *testing.T, concurrency int, idle bool) {
	r := newRig(t, func(c *settings) { c.engine.Memory, c.engine.Concurrency = 32<<20, concurrency })
	slow := make([]*transfer, 200)
	var sources []*io.PipeWriter
	var under sync.WaitGroup
	for i := range slow {
		x := r.begin(noise(uint64(i), 3000+i), int64(3001+i)) // a byte is missing
		slow[i] = x
		if idle {
			x.mustSend(len(x.content))
			continue
		}
		if err := x.open(); err != nil {
			t.Fatal(err)
		}
		src, client := io.Pipe()
		sources = append(sources, client)
		under.Go(func() {
			if err := x.append(src, int64(len(x.content))); err != nil {
				t.Error(err)
			}
		})
		if _, err := client.Write(x.content); err != nil {
			t.Fatal(err)
		}
	}
	fast := r.begin(noise(33, 40<<20), 40<<20)
	fast.finish()
	if free := r.blobs.FreeMemory(); free < 0 {
		t.Errorf("%d bytes more are in use than there are", -free)
	}
	for _, client := range sources {
		_ = client.Close()
	}
	under.Wait()
	for i, x := range slow {
		x.length = int64(len(x.content))
		if i%40 == 0 {
			x.content = append(x.content, 'x')
			x.length++
			x.finish()
		}
		x.close()
	}
}

// TestManyFastOnes has uploads whose parts do not fit into the memory together.
func TestManyFastOnes(t *testing.T) {
	r := newRig(t, func(c *settings) { c.engine.Memory, c.engine.Concurrency = 10<<20, 1 })
	var group sync.WaitGroup
	for i := range 6 {
		x := r.begin(noise(uint64(i), 11<<20+i), int64(11<<20+i))
		group.Go(x.finish)
	}
	group.Wait()
}

// TestClosedMidway closes an appender that is being written to, which gives its
// memory back all the same.
func TestClosedMidway(t *testing.T) {
	r := newRig(t)
	x := r.begin(noise(34, 9<<20), 9<<20)
	if err := x.open(); err != nil {
		t.Fatal(err)
	}
	src, client := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := x.a.Append(t.Context(), src, io.Discard)
		_ = src.Close()
		done <- err
	}()
	_, _ = client.Write(x.content[:2<<20])
	_ = x.a.Close()
	_, _ = client.Write(x.content[2<<20:])
	_ = client.Close()
	wantKind(t, <-done, pawl.Locked)
	x.a = nil
	x.finish()
}
