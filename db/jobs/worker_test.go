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

func TestAJobIsEnteredOnce(t *testing.T) {
	var b busy
	leave := b.enter(1)
	if leave == nil || b.enter(1) != nil {
		t.Fatal("one job is not entered once")
	}
	if b.enter(2) == nil {
		t.Fatal("another job waits for the first")
	}
	leave()
	if b.enter(1) == nil {
		t.Fatal("a job that was left cannot be entered")
	}
}
