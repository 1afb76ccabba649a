package words

import (
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/api"
)

// Ready is the fact that decides a point of readiness, in words.
func Ready(p *api.ReadyPoint) string {
	said, known := readyFacts()[p.Point+"."+p.Fact]
	switch {
	case !known && p.Fact == "no_source" && p.Source == "":
		said = "the scenario has no source"
	case !known && p.Fact == "no_source":
		said = "the source SOURCE is not there, or cannot be read"
	case !known && p.Fact == "unpublished":
		said = "no version is published"
	case !known:
		return p.Fact // of a newer server
	}
	tries, more, reply := strconv.Itoa(p.Count)+" attempts", "", ""
	if p.Count == 1 {
		tries = "1 attempt"
	}
	if p.More {
		more = "more than "
	}
	if p.Status > 0 {
		reply = ", the reply was " + strconv.Itoa(p.Status)
	}
	return strings.NewReplacer("SOURCE", p.Source, "ADDRESS", p.URL, "SECRET", p.Secret, "STEP", p.Step, "CHANNEL", p.Channel, "RUN", p.RunID,
		"REPLY", reply, "TRIES", tries, "COUNT", more+strconv.Itoa(p.Count), "KEPT", gonets.Duration(time.Duration(p.KeptSeconds)*time.Second).String()).Replace(said)
}

func readyFacts() map[string]string {
	return map[string]string{
		"address.silent":       "nobody has sent to ADDRESS for 30 days",
		"address.local":        "only this machine itself has sent to ADDRESS; send from where events will come",
		"address.network":      "ADDRESS was reached from your network",
		"address.outside":      "ADDRESS was reached from outside",
		"protection.open":      "whoever knows the address of SOURCE can send; switch the check of callers on",
		"protection.no_secret": "the source SOURCE checks callers by the secret SECRET, which is not set: nobody gets in",
		"protection.untried":   "the source SOURCE checks callers and has refused nobody yet; send without the key, the answer has to be 401",
		"protection.refused":   "the source SOURCE refused callers that it did not believe: COUNT",
		"sender.none":          "among the last 500 events of SOURCE nothing has come but what was sent by hand",
		"sender.quiet":         "nothing has come to SOURCE for 30 days",
		"sender.came":          "events come to SOURCE",
		"errors.ignored":       "the step STEP is tried once, and its failure is passed over",
		"errors.pauses":        "TRIES, then the run waits for a person",
		"errors.fails":         "TRIES, then the run ends as failed",
		"errors.goes_on":       "TRIES, then the run goes on",
		"errors.mixed":         "TRIES at least, then as each step says",
		"errors.nothing_sent":  "no step sends a request",
		"history.none":         "there is no run yet",
		"history.quiet":        "there was no run for 30 days",
		"history.low_disk":     "the disk is low: what succeeded runs carried is not kept",
		"history.kept":         "runs: COUNT, kept for KEPT",
		"history.kept_bounded": "runs: COUNT, kept for KEPT, or less when the database reaches its size",
		"checked.never":        "among the last runs and checks there is none that succeeded",
		"checked.stale":        "among the last runs and checks there is none that went well with the steps as they are now",
		"checked.succeeded":    "these steps went wellREPLY: RUN",
		"watched.unset":        "you will not hear of errors: set up mail or another channel",
		"watched.off":          "the rules tell nobody of this scenario's errors",
		"watched.untried":      "no channel has taken a test with the present settings",
		"watched.failing":      "the last message through CHANNEL did not arrive",
		"watched.quiet":        "no message has left for 30 days; send a test",
		"watched.told":         "messages arrive through CHANNEL",
		"documented.bare":      "there is no description",
		"documented.described": "lines of description: COUNT",
	}
}
