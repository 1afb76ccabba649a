package alert_test

import (
	"strings"
	"testing"
	"time"

	"gonets/internal/news"
	"gonets/setting"
)

const gib = 1 << 30

func TestADiskThatIsLowIsToldOnceEvenAtNight(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		b.set.Notices = &setting.Notices{QuietHours: &setting.QuietHours{From: "00:00", To: "23:59"}}
		b.pass(3 * time.Minute)
		b.want()
		b.disk = &news.Disk{Free: 150 << 20, LowBelow: 200 << 20, Whole: 40 * gib, Database: 12 * gib, Week: 9*gib + gib/2}
		b.pass(3 * time.Minute)
		b.want("На диске почти нет места")
		text := b.mail.Letters()[0].Text
		for _, want := range []string{"Свободно 150 МБ из 40 ГБ; мало — это меньше 200 МБ.", "База занимает 12 ГБ.", "освободится примерно 9,5 ГБ",
			"Что делать: Освободите место", "/settings/retention"} {
			if !strings.Contains(text, want) {
				t.Errorf("the letter does not say %q:\n%s", want, text)
			}
		}
		if b.asked != 1 {
			t.Errorf("the history was estimated %d times", b.asked)
		}
		b.disk = &news.Disk{Free: 1, LowBelow: 200 << 20, Whole: 40 * gib}
		b.pass(time.Hour)
		b.want("На диске почти нет места")
		b.disk = nil
		b.set.Notices = nil
		b.pass(3 * time.Minute)
		b.want("На диске почти нет места", "На диске снова есть место")
		// It comes back another day.
		b.pass(24 * time.Hour)
		b.disk = &news.Disk{Free: 1, LowBelow: 200 << 20, Whole: 40 * gib}
		b.pass(3 * time.Minute)
		b.want("На диске почти нет места", "На диске снова есть место", "На диске почти нет места")
	})
}

func TestADiskOfAServerThatIsGoneIsForgotten(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		open := func(want int) {
			t.Helper()
			found, err := b.store.Conditions(b.Context())
			if b.must(err); len(found) != want {
				t.Errorf("%d lasting, want %d: %+v", len(found), want, found)
			}
		}
		b.servers = []string{"a", "b"}
		b.name = "b"
		b.Service = b.service(b.store)
		b.disk = &news.Disk{Free: 1, LowBelow: 200 << 20, Whole: 40 * gib}
		b.pass(3 * time.Minute)
		b.want("b: На диске почти нет места")
		// It stops; the other one goes on, and has room.
		b.name, b.disk = "a", nil
		b.Service = b.service(b.store)
		b.pass(10 * time.Minute)
		open(1)
		b.servers = []string{"a"}
		b.pass(10 * time.Minute)
		open(0)
		b.want("b: На диске почти нет места")
	})
}

func TestADiskThatIsLowIsNotToldWhereThatIsOff(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		b.rule(setting.RuleDiskLow, off())
		b.disk = &news.Disk{Free: 1, LowBelow: 2, Whole: 3}
		b.pass(time.Hour)
		b.want()
		b.rule(setting.RuleDiskLow, on())
		b.pass(3 * time.Minute)
		b.want("На диске почти нет места")
		// Nobody is told of the end of what is not told any more.
		b.rule(setting.RuleDiskLow, off())
		b.disk = nil
		b.pass(time.Hour)
		b.want("На диске почти нет места")
	})
}

func TestWhatADiskSaysIsReadAgain(t *testing.T) {
	t.Parallel()
	want := news.Disk{Free: 1, LowBelow: 2, Whole: 3, Database: 4, Week: 5}
	if got, ok := news.ParseDisk(want.String()); !ok || got != want {
		t.Errorf("%+v", got)
	}
	for _, text := range []string{"", "1/2/3/4", "a/b/c/d/e"} {
		if _, ok := news.ParseDisk(text); ok {
			t.Errorf("%q was read", text)
		}
	}
}
