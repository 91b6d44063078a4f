package dbtest

import (
	"cmp"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pawl"
)

func statisticsOfNothing(t *testing.T, s pawl.Store) {
	days := pawl.DayRange{From: noon, To: noon.Add(48 * time.Hour)} // the 28th of February, the 29th and the 1st of March
	got, err := s.Stats(t.Context(), pawl.Everybody, days)
	want := pawl.Stats{Days: []pawl.Day{
		{Date: time.Date(2024, 2, 28, 0, 0, 0, 0, time.UTC)},
		{Date: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{Date: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)},
	}}
	wantEqual(t, got, err, want)
}

// statisticsEqualAFullCount makes random changes, records them in a diary and counts the
// diary: the counters must equal that (I6).
func statisticsEqualAFullCount(t *testing.T, s pawl.Store) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	d := &diary{t: t, store: s, random: rand.New(rand.NewPCG(seed, 0)), files: map[pawl.ID]pawl.File{}}
	for range 300 {
		d.doSomething()
	}
	for _, owner := range []pawl.Scope{pawl.Everybody, pawl.OwnedBy("ann"), pawl.OwnedBy("bob"), pawl.OwnedBy("stranger")} {
		for _, days := range []pawl.DayRange{
			{From: noon.AddDate(0, 0, -2), To: noon.AddDate(0, 0, 9)},
			{From: noon.AddDate(0, 0, 3), To: noon.AddDate(0, 0, 4)},
			{From: noon.AddDate(0, 0, 30), To: noon.AddDate(0, 0, 30)},
			{From: noon, To: noon.AddDate(0, 0, -1)}, // no day at all
		} {
			got, err := s.Stats(t.Context(), owner, days)
			wantEqual(t, got, err, d.count(owner, days))
		}
	}
}

// diary is what happened: every tally, and what there is now.
type diary struct {
	t       *testing.T
	store   pawl.Store
	random  *rand.Rand
	tallies []pawl.Tally
	files   map[pawl.ID]pawl.File
	uploads []pawl.Upload
}

func (d *diary) doSomething() {
	at := noon.Add(time.Duration(d.random.IntN(6*24*60)) * time.Minute)
	switch d.random.IntN(8) {
	case 0, 1, 2:
		d.addFile(at)
	case 3:
		d.removeFile(at)
	case 4:
		d.download(at)
	case 5:
		d.tally(pawl.Tally{At: at, Owner: d.owner(), UploadsFailed: 1}, nil)
	case 6:
		d.beginUpload()
	case 7:
		d.changeHisMind(at)
	}
}

func (d *diary) owner() string { return []string{"ann", "bob"}[d.random.IntN(2)] }

// tally does a change with its tally in one transaction, and writes it down.
func (d *diary) tally(tally pawl.Tally, change func(tx pawl.Tx) error) {
	update(d.t, d.store, func(tx pawl.Tx) error {
		if change != nil {
			if err := change(tx); err != nil {
				return err
			}
		}
		return tx.Count(tally)
	})
	d.tallies = append(d.tallies, tally)
}

func (d *diary) addFile(at time.Time) {
	f := someFile(pawl.NewID(at))
	f.Owner, f.Size = d.owner(), d.random.Int64N(1000)
	f.MediaType = []string{"image/png", "text/plain", "application/pdf"}[d.random.IntN(3)]
	d.tally(added(f, at), insertFiles(f))
	d.files[f.ID] = f
}

func added(f pawl.File, at time.Time) pawl.Tally {
	return pawl.Tally{
		At: at, Owner: f.Owner, MediaType: f.MediaType, FilesAdded: 1, BytesAdded: f.Size, UploadsFinished: 1,
	}
}

func (d *diary) anyFile() (pawl.File, bool) {
	known := slices.Sorted(maps.Keys(d.files))
	if len(known) == 0 {
		return pawl.File{}, false
	}
	return d.files[known[d.random.IntN(len(known))]], true
}

func (d *diary) removeFile(at time.Time) {
	f, ok := d.anyFile()
	if !ok {
		return
	}
	removed := pawl.Tally{At: at, Owner: f.Owner, MediaType: f.MediaType, FilesRemoved: 1, BytesRemoved: f.Size}
	d.tally(removed, deleteFiles(f.ID))
	delete(d.files, f.ID)
}

func (d *diary) download(at time.Time) {
	f, ok := d.anyFile()
	if !ok {
		return
	}
	update(d.t, d.store, func(tx pawl.Tx) error { return tx.AddDownloads(f.ID, 2, at) })
	f.Downloads += 2
	d.files[f.ID] = f
	d.tallies = append(d.tallies, pawl.Tally{At: at, Owner: f.Owner, Downloads: 2})
}

func (d *diary) beginUpload() {
	u := someUpload(pawl.NewID(noon))
	u.Owner = d.owner()
	u.Kind = []pawl.UploadKind{pawl.Regular, pawl.Partial, pawl.Final}[d.random.IntN(3)]
	update(d.t, d.store, insertUploads(u))
	d.uploads = append(d.uploads, u)
}

// changeHisMind counts in a transaction that fails.
func (d *diary) changeHisMind(at time.Time) {
	err := d.store.Update(d.t.Context(), func(tx pawl.Tx) error {
		return errors.Join(tx.Count(added(someFile(pawl.NewID(at)), at)), errOwn)
	})
	if !errors.Is(err, errOwn) {
		d.t.Fatal(err)
	}
}

// count is the full count.
func (d *diary) count(owner pawl.Scope, days pawl.DayRange) pawl.Stats {
	mine := owner.Includes
	var stats pawl.Stats
	types := map[string]pawl.TypeTotal{}
	for _, f := range d.files {
		if !mine(f.Owner) {
			continue
		}
		stats.Totals.Files++
		stats.Totals.Bytes += f.Size
		sum := types[f.MediaType]
		types[f.MediaType] = pawl.TypeTotal{MediaType: f.MediaType, Files: sum.Files + 1, Bytes: sum.Bytes + f.Size}
		if f.Downloads > 0 {
			stats.MostDownloaded = append(stats.MostDownloaded, f)
		}
	}
	for _, u := range d.uploads {
		if mine(u.Owner) && u.Kind != pawl.Partial {
			stats.Totals.UploadsActive++
		}
	}
	for _, tally := range d.tallies {
		if mine(tally.Owner) {
			stats.Totals.UploadsFinished += tally.UploadsFinished
			stats.Totals.UploadsFailed += tally.UploadsFailed
			stats.Totals.Downloads += tally.Downloads
		}
	}
	stats.Types = slices.SortedFunc(maps.Values(types), func(a, b pawl.TypeTotal) int {
		return cmp.Or(-cmp.Compare(a.Bytes, b.Bytes), cmp.Compare(a.MediaType, b.MediaType))
	})
	slices.SortFunc(stats.MostDownloaded, func(a, b pawl.File) int {
		return cmp.Or(-cmp.Compare(a.Downloads, b.Downloads), compareIDs(a.ID, b.ID))
	})
	stats.MostDownloaded = stats.MostDownloaded[:min(10, len(stats.MostDownloaded))]
	stats.Days = d.countDays(mine, days)
	return stats
}

func (d *diary) countDays(mine func(string) bool, days pawl.DayRange) (all []pawl.Day) {
	for date := days.From.Truncate(24 * time.Hour); !date.After(days.To); date = date.AddDate(0, 0, 1) {
		day := pawl.Day{Date: date}
		for _, tally := range d.tallies {
			if !mine(tally.Owner) || !tally.At.Before(date.AddDate(0, 0, 1)) {
				continue
			}
			day.FilesTotal += tally.FilesAdded - tally.FilesRemoved
			day.BytesTotal += tally.BytesAdded - tally.BytesRemoved
			if !tally.At.Before(date) {
				addTo(&day.Tally, tally)
			}
		}
		all = append(all, day)
	}
	return all
}

func addTo(sum *pawl.Tally, tally pawl.Tally) {
	sum.FilesAdded += tally.FilesAdded
	sum.BytesAdded += tally.BytesAdded
	sum.FilesRemoved += tally.FilesRemoved
	sum.BytesRemoved += tally.BytesRemoved
	sum.UploadsFinished += tally.UploadsFinished
	sum.UploadsFailed += tally.UploadsFailed
	sum.Downloads += tally.Downloads
}
