package batch

import (
	"fmt"
	"strings"
	"time"
)

// snapshot is the progress of a run.
type snapshot struct {
	files, stored, failed int
	there, total          int64 // bytes
	unknown               bool  // total is incomplete
	rate                  float64
}

// bar returns a snapshot as one line of at most width columns.
func bar(s snapshot, width int) string {
	figures := size(s.there)
	if !s.unknown {
		figures += " of " + size(s.total)
	}
	if s.rate > 0 {
		figures += fmt.Sprintf("  %s/s", size(int64(s.rate)))
		if left := float64(s.total-s.there) / s.rate; !s.unknown && s.total > s.there {
			figures += "  " + duration(time.Duration(left*float64(time.Second))) + " left"
		}
	}
	if s.files > 1 {
		figures += fmt.Sprintf("  %d of %d files", s.stored+s.failed, s.files)
	}
	room := min(width-len(figures)-9, 40)
	if s.unknown || s.total == 0 || room < 5 {
		return figures[:min(len(figures), max(0, width))]
	}
	share := min(max(float64(s.there)/float64(s.total), 0), 1)
	full := int(share * float64(room))
	return fmt.Sprintf("[%s%s] %3d%%  %s", strings.Repeat("#", full), strings.Repeat("-", room-full), int(share*100), figures)
}

func size(bytes int64) string {
	const units = "KMGTPE"
	if bytes < 1024 {
		return fmt.Sprintf("%d B", bytes)
	}
	value, unit := float64(bytes)/1024, 0
	for value >= 1023.95 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	return fmt.Sprintf("%.1f %ciB", value, units[unit])
}

func duration(d time.Duration) string {
	switch {
	case d >= 100*time.Hour:
		return "days"
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

// speed is the rate of the last few seconds.
type speed struct {
	slots [10]struct {
		second int64
		bytes  int64
	}
	first int64 // Unix time of the first byte, 0 if none
}

func (s *speed) add(now time.Time, bytes int64) {
	second := now.Unix()
	if s.first == 0 {
		s.first = second
	}
	slot := &s.slots[second%int64(len(s.slots))]
	if slot.second != second {
		slot.second, slot.bytes = second, 0
	}
	slot.bytes += bytes
}

// at returns the speed in bytes per second.
func (s *speed) at(now time.Time) float64 {
	second, sum := now.Unix(), int64(0)
	for _, slot := range s.slots {
		if slot.second > second-int64(len(s.slots)) && slot.second <= second {
			sum += slot.bytes
		}
	}
	span := min(second-s.first+1, int64(len(s.slots)))
	if s.first == 0 || span <= 0 {
		return 0
	}
	return float64(sum) / float64(span)
}
