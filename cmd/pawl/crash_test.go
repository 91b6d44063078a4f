package main_test

import (
	"path/filepath"
	"testing"
)

// Variables that set the length of the crash tests.
const (
	crashesEnv = "PAWL_TEST_CRASHES" // kills of TestCrash
	cutsEnv    = "PAWL_TEST_CUTS"    // power cuts of TestPowerCut
)

// TestCrash kills a busy server again and again. Whatever an answer ever said has
// to be true of the server that comes up afterwards.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about a minute")
	}
	crashes := crashCount(t, crashesEnv, 25)
	r := newCrashRig(t, t.TempDir(), crashes, 20)
	r.run(crashes, r.server.Kill)
}

// TestPowerCut has a busy server's file system go away under it, as in a power
// cut: what was not on the disk by then is lost. ext4 offers this (the shutdown
// ioctl, without flushing its journal), and does its recovery at the next mount.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about half a minute")
	}
	disk := newCrashDisk(t)
	cuts := crashCount(t, cutsEnv, 12)
	r := newCrashRig(t, filepath.Join(disk.dir, "data"), cuts, 12)
	r.run(cuts, func() {
		disk.cutPower()
		r.server.Kill()
		disk.remount()
	})
}
