//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticksPerSecond is the unit of /proc/PID/stat on every Linux there is (USER_HZ).
const ticksPerSecond = 100

// cpuSeconds is the user and system time a process has used.
func cpuSeconds(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return parseStat(text)
}

// parseStat adds fields 14 and 15 of /proc/PID/stat (proc_pid_stat(5)). The
// second field is a name in parentheses that may hold anything.
func parseStat(text []byte) (float64, error) {
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("unexpected stat line %q", text)
	}
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return float64(ticks) / ticksPerSecond, nil
}

// settledCPU waits, for a few seconds at most, until a process has stopped
// working: what it puts off until after the answer is part of the price.
func settledCPU(ctx context.Context, pid int) (float64, error) {
	last, err := cpuSeconds(pid)
	for range 30 {
		if err != nil {
			return 0, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		var now float64
		if now, err = cpuSeconds(pid); now == last {
			return now, err
		}
		last = now
	}
	return last, err
}

// resetPeakRSS makes the peak begin now (proc_pid_clear_refs(5)); without the
// right to, the peak counts from the process's start.
func resetPeakRSS(pid int) {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

// peakRSS is a process's largest resident set, in bytes.
func peakRSS(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return parsePeak(string(text))
}

func parsePeak(status string) (int64, error) {
	for line := range strings.Lines(status) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("no VmHWM in status")
}

// machineBusy is the processor time of the whole machine that was not idle.
func machineBusy() float64 {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	return parseBusy(string(text))
}

// parseBusy adds up the first line of /proc/stat but for idle and iowait.
func parseBusy(text string) float64 {
	line, _, _ := strings.Cut(text, "\n")
	var ticks int64
	for i, field := range strings.Fields(line) {
		if n, err := strconv.ParseInt(field, 10, 64); err == nil && i != 4 && i != 5 {
			ticks += n
		}
	}
	return float64(ticks) / ticksPerSecond
}

// ownCPU is what the load generator itself has used.
func ownCPU() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}
