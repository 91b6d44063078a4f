package disk

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pawl"
)

// segment is one of the journal's two files:
//
//	block 0   magic, generation, checksum
//	then      batches of records, each batch from the beginning of a block on
//
// A record is its header (magic, length, generation, checksum, id) and its
// content. The generation tells the records of this turn from older ones that
// have not been overwritten yet.
type segment struct {
	path       string
	files      *files
	file       *os.File
	generation uint64
	direct     bool  // past the page cache
	next       int64 // where the next batch goes; 0: not begun
	batch      []byte
	clean      bool // all its blobs have durable files; guarded by the journal's mutex
}

const (
	segmentSize  = 32 << 20
	headerSize   = 4 + 4 + 8 + 4 + 36
	segmentMagic = 0x5061776c // "Pawl"
	recordMagic  = 0x70617771
)

var (
	errSegmentFull = errors.New("the journal's segment is full")
	castagnoli     = crc32.MakeTable(crc32.Castagnoli)
)

func recordSize(e *entry) int { return headerSize + len(e.content) }

// append writes the entries behind the last batch and syncs. Where that fails the
// next batch goes to the same place.
func (s *segment) append(entries []*entry) error {
	batch := s.batch[:0]
	for _, e := range entries {
		batch = s.record(batch, e)
	}
	end := alignUp(int64(len(batch)))
	clear(batch[len(batch):end])
	if s.next+end > segmentSize {
		return errSegmentFull
	}
	if _, err := s.file.WriteAt(batch[:end], s.next); err != nil {
		return err
	}
	if err := syncData(s.file); err != nil {
		return err
	}
	s.next += end
	return nil
}

// record adds an entry's record to a batch.
func (s *segment) record(batch []byte, e *entry) []byte {
	var header [headerSize]byte
	binary.LittleEndian.PutUint32(header[:], recordMagic)
	binary.LittleEndian.PutUint32(header[4:], uint32(len(e.content)))
	binary.LittleEndian.PutUint64(header[8:], s.generation)
	copy(header[20:], e.id)
	binary.LittleEndian.PutUint32(header[16:], checksum(header[:], e.content))
	return append(append(batch, header[:]...), e.content...)
}

// checksum covers a record, without the checksum's own place.
func checksum(header, content []byte) uint32 {
	sum := crc32.Checksum(header[:16], castagnoli)
	sum = crc32.Update(sum, castagnoli, header[20:])
	return crc32.Update(sum, castagnoli, content)
}

// begin starts the segment over. Its blocks are written once, when it is made:
// from then on a sync has only their content to take care of.
func (s *segment) begin(generation uint64) error {
	if s.file == nil {
		if err := s.make(); err != nil {
			return err
		}
	}
	if err := s.writeHeader(segmentMagic, generation); err != nil {
		return err
	}
	s.generation, s.next = generation, blockSize
	return nil
}

func (s *segment) make() error {
	f, err := s.files.open(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	zeros := make([]byte, 1<<20)
	for at := int64(0); at < segmentSize; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros, at); err != nil {
			return errors.Join(err, f.Close(), os.Remove(s.path))
		}
	}
	if err := errors.Join(f.Sync(), s.files.syncDir(filepath.Dir(s.path)), f.Close()); err != nil {
		return err
	}
	return s.openForWriting()
}

// batchRoom is more than the largest batch: entries are gathered until they are
// more than maxBatch.
const batchRoom = maxBatch + maxRecord + headerSize + blockSize

func (s *segment) openForWriting() (err error) {
	s.batch = aligned(int(alignUp(batchRoom)))
	flag := os.O_WRONLY
	if s.direct {
		flag |= directFlag
	}
	s.file, err = s.files.open(s.path, flag)
	return err
}

func (s *segment) writeHeader(magic uint32, generation uint64) error {
	header := aligned(blockSize)
	binary.LittleEndian.PutUint32(header, magic)
	binary.LittleEndian.PutUint64(header[4:], generation)
	binary.LittleEndian.PutUint32(header[12:], crc32.Checksum(header[:12], castagnoli))
	if _, err := s.file.WriteAt(header, 0); err != nil {
		return err
	}
	return syncData(s.file)
}

// begun reports whether there may be records in it.
func (s *segment) begun() bool { return s.next != 0 || s.generation != 0 }

// erase makes the segment say nothing any more.
func (s *segment) erase() error {
	if s.file == nil {
		return nil
	}
	s.next, s.generation = 0, 0
	return s.writeHeader(0, 0)
}

// read calls found for every whole record of the segment's last turn.
func (s *segment) read(found func(id pawl.ID, content []byte)) error {
	all, err := s.readAll()
	if err != nil {
		return err
	}
	if len(all) != segmentSize { // a crash came while it was being made: it was never used
		return errors.Join(os.Remove(s.path), fs.ErrNotExist)
	}
	if err := s.openForWriting(); err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(all) != segmentMagic ||
		binary.LittleEndian.Uint32(all[12:]) != crc32.Checksum(all[:12], castagnoli) {
		return nil
	}
	s.generation = binary.LittleEndian.Uint64(all[4:])
	s.parse(all, found)
	return nil
}

func (s *segment) readAll() ([]byte, error) {
	f, err := s.files.open(s.path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, segmentSize+1))
}

// parse walks the records. Between two there may be the padding of a batch; after
// the last there is anything.
func (s *segment) parse(all []byte, found func(id pawl.ID, content []byte)) {
	for at := int64(blockSize); at < segmentSize; {
		id, content, ok := s.parseRecord(all[at:])
		if ok {
			found(id, content)
			at += headerSize + int64(len(content))
			continue
		}
		next := alignUp(at)
		if next == at {
			return
		}
		at = next
	}
}

func (s *segment) parseRecord(p []byte) (id pawl.ID, content []byte, ok bool) {
	if len(p) < headerSize || binary.LittleEndian.Uint32(p) != recordMagic {
		return "", nil, false
	}
	length := int64(binary.LittleEndian.Uint32(p[4:]))
	if length > int64(len(p)-headerSize) || binary.LittleEndian.Uint64(p[8:]) != s.generation {
		return "", nil, false
	}
	header, content := p[:headerSize], p[headerSize:headerSize+length]
	if binary.LittleEndian.Uint32(header[16:]) != checksum(header, content) {
		return "", nil, false
	}
	id, err := pawl.ParseID(string(header[20:]))
	return id, content, err == nil
}

func (s *segment) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
