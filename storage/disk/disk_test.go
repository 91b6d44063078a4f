package disk

import (
	"log/slog"
	"testing"

	"pawl"
	"pawl/storage/storagetest"
)

func open(t *testing.T) *Blobs {
	t.Helper()
	b, err := Open(Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Name() != "TestBlobsThatGetNoFileWaitInTheJournal" {
			_ = b.Close()
		}
	})
	return b
}

func TestContract(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) (pawl.Blobs, storagetest.ManifestStore) { return open(t), nil })
}

func TestContractThroughThePageCache(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) (pawl.Blobs, storagetest.ManifestStore) {
		b := open(t)
		b.direct = false
		return b, nil
	})
}
