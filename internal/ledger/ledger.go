// Package ledger keeps append-only files of records that outlive the death of
// their writer: the independent memory of crash tests. A record is one line,
// a checksum and JSON; a line that a death cut short is dropped when the file
// is opened again.
package ledger

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strconv"
	"sync"
)

// head is the checksum in hex and a space.
const head = 9

// File is an open ledger. Its methods are safe for concurrent use.
type File struct {
	mu   sync.Mutex
	cond *sync.Cond
	file *os.File
	// written and synced count records.
	written int64
	synced  int64
	syncing bool
	err     error
}

// Open opens or creates the ledger at path for appending and drops a torn
// record at its end. Damage before the end is an error.
func Open(path string) (*File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	good, err := scan(file, func(json.RawMessage) error { return nil })
	if err == nil {
		err = file.Truncate(good)
	}
	if err == nil {
		_, err = file.Seek(good, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ledger %s: %w", path, err), file.Close())
	}
	f := &File{file: file}
	f.cond = sync.NewCond(&f.mu)
	return f, nil
}

// Append writes v as one record. It then survives the death of this process;
// [File.Sync] makes it survive the machine's.
func (f *File) Append(v any) error {
	line, err := encode(v)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	if _, err := f.file.Write(line); err != nil {
		// Half a line may be there: nothing may follow it.
		f.err = fmt.Errorf("ledger: %w", err)
		return f.err
	}
	f.written++
	return nil
}

func encode(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	line := fmt.Appendf(make([]byte, 0, head+len(body)+1), "%08x ", crc32.ChecksumIEEE(body))
	return append(append(line, body...), '\n'), nil
}

// Sync returns when every record appended before the call is on disk. Calls
// at the same time share one fsync. After a failure the ledger stays failed.
func (f *File) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	target := f.written
	for f.synced < target && f.err == nil {
		if f.syncing {
			f.cond.Wait()
			continue
		}
		f.syncing = true
		upTo := f.written
		f.mu.Unlock()
		err := f.file.Sync()
		f.mu.Lock()
		f.syncing = false
		if err != nil {
			f.err = fmt.Errorf("ledger: %w", err)
		} else {
			f.synced = upTo
		}
		f.cond.Broadcast()
	}
	return f.err
}

// Close syncs and closes the file.
func (f *File) Close() error { return errors.Join(f.Sync(), f.file.Close()) }

// Read calls each for every record of the ledger at path, in order. A torn
// record at the end is left out; damage before it is an error.
func Read(path string, each func(json.RawMessage) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer func() { _ = file.Close() }()
	if _, err := scan(file, each); err != nil {
		return fmt.Errorf("ledger %s: %w", path, err)
	}
	return nil
}

// scan reads whole records and returns where they end.
func scan(r io.Reader, each func(json.RawMessage) error) (good int64, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	torn := false
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return good, nil // what is left has no end: torn
		}
		if err != nil {
			return 0, err
		}
		body, ok := decode(line)
		if !ok {
			torn = true
			continue
		}
		if torn {
			return 0, fmt.Errorf("damaged before record %d", n)
		}
		if err := each(body); err != nil {
			return 0, fmt.Errorf("record %d: %w", n, err)
		}
		good += int64(len(line))
	}
}

func decode(line []byte) (json.RawMessage, bool) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	if len(line) <= head || line[head-1] != ' ' {
		return nil, false
	}
	sum, err := strconv.ParseUint(string(line[:head-1]), 16, 32)
	body := line[head:]
	return body, err == nil && uint32(sum) == crc32.ChecksumIEEE(body)
}
