// Package dbtest is the contract of [pawl.Store], which every implementation passes.
package dbtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pawl"
)

// Run checks a store. open gives an empty one, which lives as long as its test.
func Run(t *testing.T, open func(t *testing.T) pawl.Store) {
	for _, part := range []struct {
		name string
		test func(t *testing.T, s pawl.Store)
	}{
		{"an update happens whole or not at all", updateIsAtomic},
		{"a failed insert fails its whole update", failedInsertIsFinal},
		{"a panic is its caller's alone", panicIsItsCallers},
		{"an update that never returns has failed", exitIsAnError},
		{"an update whose context has ended does not run", endedContextDoesNotRun},
		{"an update that runs is not cut short", runningUpdateIsNotCut},
		{"updates at the same time fail alone", neighboursFailAlone},
		{"reads see what was committed before", readsSeeCommits},

		{"an upload comes back as it was", uploadRoundTrip},
		{"an id or a join is taken once", uploadIsUnique},
		{"progress never goes back", progressNeverGoesBack},
		{"a length is declared once", lengthIsDeclaredOnce},
		{"a secret is forgotten", secretIsForgotten},
		{"an upload is deleted once", uploadIsDeletedOnce},
		{"a used part is remembered", usedPartIsRemembered},
		{"uploads are listed newest first", uploadsAreListed},
		{"joins are found by their parts", joinsAreFound},
		{"idle uploads are listed longest first", idleUploadsAreListed},

		{"a file comes back as it was", fileRoundTrip},
		{"a file's id or join is taken once", fileIsUnique},
		{"editing changes what it names", fileIsEdited},
		{"files are deleted once", filesAreDeletedOnce},
		{"files are deleted all together or not at all", deletionIsAtomic},
		{"one of many deletes a file", oneOfManyDeletes},
		{"a digest can follow", digestFollows},
		{"downloads are counted", downloadsAreCounted},
		{"files are listed by pages", filesAreListed},
		{"a page ends where nothing is left", listsEnd},
		{"names are searched in every spelling", spellingsAreFound},
		{"the longest names are listed and searched", longNamesAreListed},
		{"nobody has anything", nobodyHasAnything},

		{"one of many wins a move", oneWinsAMove},
		{"one of many wins a join", oneWinsAJoin},

		{"statistics equal a full count", statisticsEqualAFullCount},
		{"statistics of nothing", statisticsOfNothing},

		{"events come back in order", eventsComeBack},
		{"a reader that follows misses no event", followerMissesNothing},
		{"forgotten events leave no seq behind", eventsAreForgotten},

		{"a manifest comes back as it was", manifestRoundTrip},
		{"a number and a place are taken once", piecesAreUnique},
		{"pieces are dropped, manifests deleted", piecesAreDropped},
		{"manifests that are not sealed are listed", manifestsAreListed},
		{"sizes of manifests are read at once", manifestSizes},
		{"a manifest is of one moment", manifestIsOfOneMoment},
		{"an unknown lease does not hold", unknownLeaseDoesNotHold},

		{"jobs are enqueued by what is committed", jobsAreCommitted},
		{"a job is done until it succeeds", jobsAreRetried},
		{"a job is brought forward", jobsAreBroughtForward},
		{"a job that failed is brought forward", failedJobsAreBroughtForward},
		{"a running job is followed by another", runningJobsAreFollowed},
		{"a job is done by one of many", jobsAreShared},
		{"periodic work is done by one of many", periodicWorkIsShared},
		{"what is referenced is known", referencedIsKnown},
		{"the heartbeat is stored", heartbeatIsStored},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, open(t)) })
	}
}

// noon is when everything in these tests begins.
var noon = time.Date(2024, 2, 28, 12, 0, 0, 123456000, time.UTC)

func someID(n int) pawl.ID { return pawl.NewID(noon.Add(time.Duration(n) * time.Millisecond)) }

func someUpload(id pawl.ID) pawl.Upload {
	return pawl.Upload{
		ID: id, Owner: "ann", Kind: pawl.Regular, Length: 100, Name: "a.txt",
		CreatedAt: noon, UpdatedAt: noon,
	}
}

func someFile(id pawl.ID) pawl.File {
	return pawl.File{
		ID: id, Owner: "ann", Name: "a.txt", Size: 100, MediaType: "text/plain", State: pawl.Ready,
		SHA256: [32]byte{1, 2, 31: 3}, CreatedAt: noon, UpdatedAt: noon,
	}
}

// update writes, and expects it to succeed.
func update(t *testing.T, s pawl.Store, fn func(tx pawl.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

// updateFails writes, and expects an error of a kind.
func updateFails(t *testing.T, s pawl.Store, want pawl.Kind, fn func(tx pawl.Tx) error) {
	t.Helper()
	wantKind(t, s.Update(t.Context(), fn), want)
}

func insertUploads(uploads ...pawl.Upload) func(tx pawl.Tx) error {
	return func(tx pawl.Tx) error {
		for _, u := range uploads {
			if err := tx.InsertUpload(u); err != nil {
				return err
			}
		}
		return nil
	}
}

func insertFiles(files ...pawl.File) func(tx pawl.Tx) error {
	return func(tx pawl.Tx) error {
		for _, f := range files {
			if err := tx.InsertFile(f); err != nil {
				return err
			}
		}
		return nil
	}
}

func wantKind(t *testing.T, err error, want pawl.Kind) {
	t.Helper()
	if got := pawl.KindOf(err); got != want {
		t.Fatalf("error %v is of kind %q, want %q", err, got, want)
	}
}

func wantUpload(t *testing.T, s pawl.Store, want pawl.Upload) {
	t.Helper()
	got, err := s.Upload(t.Context(), want.ID)
	wantEqual(t, got, err, want)
}

func wantFile(t *testing.T, s pawl.Store, want pawl.File) {
	t.Helper()
	got, err := s.File(t.Context(), want.ID)
	wantEqual(t, got, err, want)
}

func wantNoUpload(t *testing.T, s pawl.Store, id pawl.ID) {
	t.Helper()
	_, err := s.Upload(t.Context(), id)
	wantKind(t, err, pawl.NotFound)
}

func wantNoFile(t *testing.T, s pawl.Store, id pawl.ID) {
	t.Helper()
	_, err := s.File(t.Context(), id)
	wantKind(t, err, pawl.NotFound)
}

// wantEqual compares what a read returned. Nil and empty are the same to it.
func wantEqual[T any](t *testing.T, got T, err error, want T) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("got something else (-want +got):\n%s", diff)
	}
}

// together runs fn n times at the same time.
func together(n int, fn func(i int)) {
	done := make(chan struct{})
	start := make(chan struct{})
	for i := range n {
		go func() {
			<-start
			fn(i)
			done <- struct{}{}
		}()
	}
	close(start)
	for range n {
		<-done
	}
}

func ids[T any](all []T, id func(T) pawl.ID) string {
	text := ""
	for _, one := range all {
		text += fmt.Sprintln(id(one))
	}
	return text
}

// Reopen checks that what was committed is there after the store was closed. Each
// call of open opens the same database.
func Reopen[S interface {
	pawl.Store
	Close() error
}](t *testing.T, open func(t *testing.T) S) {
	u, f := someUpload(someID(1)), someFile(someID(2))
	s := open(t)
	update(t, s, insertUploads(u))
	update(t, s, func(tx pawl.Tx) error {
		if err := tx.Count(added(f, noon)); err != nil {
			return err
		}
		return tx.InsertFile(f)
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := s.File(t.Context(), f.ID)
	wantKind(t, err, pawl.Unavailable)
	updateFails(t, s, pawl.Unavailable, insertUploads(someUpload(someID(3))))
	if err := s.Ping(t.Context()); err == nil {
		t.Fatal("a closed store answers a ping")
	}

	s = open(t)
	wantUpload(t, s, u)
	wantFile(t, s, f)
	stats, err := s.Stats(t.Context(), pawl.Everybody, pawl.DayRange{From: noon, To: noon})
	wantEqual(t, stats.Totals, err, pawl.Totals{Files: 1, Bytes: f.Size, UploadsFinished: 1, UploadsActive: 1})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
