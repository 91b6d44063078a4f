package main_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// What the crash tests are told by the environment.
const (
	crashesEnv   = "PAWL_TEST_CRASHES" // kills of TestCrash
	cutsEnv      = "PAWL_TEST_CUTS"    // power cuts of TestPowerCut
	crashSeedEnv = "PAWL_TEST_SEED"    // repeats the uploads and the delays of an earlier run
	crashBinEnv  = "PAWL_TEST_BINARY"  // tests this binary instead of building one
)

// TestCrash kills a busy server again and again. Whatever an answer ever said has
// to be true of the server that comes up afterwards.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about a minute")
	}
	r := newCrashRig(t, t.TempDir(), 20)
	r.run(crashCount(t, crashesEnv, 25), func() {
		r.outage.Add(1)
		r.server.kill()
		r.outage.Add(1)
	})
}

// TestPowerCut has a busy server's file system go away under it, as in a power
// cut: what was not on the disk by then is lost. ext4 offers this (the shutdown
// ioctl, without flushing its journal), and does its recovery at the next mount.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about half a minute")
	}
	disk := newCrashDisk(t)
	r := newCrashRig(t, filepath.Join(disk.dir, "data"), 12)
	r.run(crashCount(t, cutsEnv, 12), func() {
		r.outage.Add(1)
		disk.cutPower()
		r.server.kill()
		r.outage.Add(1)
		disk.remount()
	})
}

func crashCount(t *testing.T, env string, fallback int) int {
	text := os.Getenv(env)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is no number of crashes", env, text)
	}
	return n
}
