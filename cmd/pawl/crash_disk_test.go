package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"pawl/internal/testbed"
)

// crashDisk is an ext4 file system of its own, in a file.
type crashDisk struct {
	t     *testing.T
	image string
	dir   string // where it is mounted
}

// newCrashDisk makes one, where this machine and this user can; elsewhere the
// test is skipped, aloud.
func newCrashDisk(t *testing.T) *crashDisk {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		testbed.SkipAloud(t, "a power cut: it needs Linux and root, for a loop device")
	}
	d := &crashDisk{t: t, image: filepath.Join(t.TempDir(), "disk.img"), dir: filepath.Join(t.TempDir(), "disk")}
	if err := os.Mkdir(d.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := d.make(); err != nil {
		testbed.SkipAloud(t, fmt.Sprintf("a power cut: it needs an ext4 file system on a loop device: %v", err))
	}
	t.Cleanup(func() { _ = exec.Command("umount", "--lazy", d.dir).Run() })
	return d
}

func (d *crashDisk) make() error {
	image, err := os.Create(d.image)
	if err != nil {
		return err
	}
	defer image.Close()
	if err := image.Truncate(8 << 30); err != nil { // sparse
		return err
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", d.image).CombinedOutput(); err != nil {
		return fmt.Errorf("mkfs.ext4: %w: %s", err, out)
	}
	return d.mount()
}

// mount mounts the disk with the journal committed every second, so that cuts
// often meet metadata that was written without its data.
func (d *crashDisk) mount() error {
	out, err := exec.Command("mount", "-t", "ext4", "-o", "loop,commit=1", d.image, d.dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mount: %w: %s", err, out)
	}
	return nil
}

// cutPower ends all writing to the disk at once; the server meets nothing but errors
// from then on.
func (d *crashDisk) cutPower() {
	dir, err := os.Open(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer dir.Close()
	if err := shutDown(dir); err != nil {
		d.t.Fatalf("the file system cannot be shut down: %v", err)
	}
}

func (d *crashDisk) remount() {
	if out, err := exec.Command("umount", d.dir).CombinedOutput(); err != nil {
		d.t.Fatalf("umount: %v: %s", err, out)
	}
	if err := d.mount(); err != nil {
		d.t.Fatal(err)
	}
}
