package jobs

import (
	"testing"
	"time"
)

func TestPausesGrowToALimit(t *testing.T) {
	tests := []struct {
		metadata string
		want     time.Duration
	}{
		{`{}`, 2 * time.Second},
		{`{"snoozes": 1}`, 4 * time.Second},
		{`{"snoozes": 5}`, 64 * time.Second},
		{`{"snoozes": 8}`, 5 * time.Minute},
		{`{"snoozes": 1000000}`, 5 * time.Minute},
		{`{"snoozes": -1}`, 5 * time.Minute},
		{`none`, 5 * time.Minute},
	}
	for _, tt := range tests {
		if got := pause([]byte(tt.metadata)); got != tt.want {
			t.Errorf("after %s: %v, want %v", tt.metadata, got, tt.want)
		}
	}
}

func TestAJobIsStartedOnce(t *testing.T) {
	var b busy
	done := b.start(1)
	if done == nil || b.start(1) != nil {
		t.Fatal("a job is started twice")
	}
	if b.start(2) == nil {
		t.Fatal("another job cannot be started")
	}
	done()
	if b.start(1) == nil {
		t.Fatal("a job that is done cannot be started again")
	}
}
