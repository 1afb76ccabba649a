package storetest

import "testing"

// Run proves that a database keeps the contract of a store. open returns a
// fresh store, which it closes at the test's end.
func Run(t *testing.T, open func(t *testing.T) Opened) {
	for _, c := range []struct {
		name string
		test func(fixture)
	}{
		{"an event comes back byte for byte", eventComesBack},
		{"the events of a split request share one body", splitSharesBody},
		{"runs are born leased while there are places", bornLeased},
		{"an event of a scenario that does not run is held", heldWhileStopped},
		{"a known key makes no second run", dedupe},
		{"a key is free again after its window", dedupeExpires},
		{"a key that comes a hundred times at once makes one event", dedupeTogether},
		{"a strict key with another body is a conflict", strictKey},
		{"a repeat of the same event finds itself", repeatFindsItself},
		{"a call with a bad event stores nothing of itself and all of others", badAcceptAlone},
		{"a bad transition does not sink its neighbours", badFinishAlone},
		{"manual runs pin the version that was asked for", manualRun},

		{"an attempt comes back byte for byte", attemptComesBack},
		{"a lease that was lost fences its result", fencing},
		{"keeping the lease keeps the run", keepLease},
		{"the first answer stays", firstAnswerStays},
		{"released runs are claimed again", release},

		{"claims go by time and within the lane", claimOrder},
		{"no run is claimed twice", claimOnce},
		{"a claimed job has what its next step needs", claimedJob},
		{"a claim keeps to its bytes", claimBytes},
		{"a damaged row of a list leaves the others in it", damagedRows},
		{"a run that cannot be read is paused and keeps nobody else", unreadableRuns},
		{"rows of before bodies were packed are read", olderRows},
		{"the backlog names every lane once with its first time", backlog},
		{"runs of one order key go one after another", orderKeys},

		{"a lane that one node closed is tried out by one node", laneLife},
		{"people pause, try and drain a lane", laneActions},
		{"turns of a lane never overlap and are not saved up", laneTurns},
		{"attempts of a lane are counted for a day", laneCounts},
		{"scenarios of a lane share a claim", fairClaims},

		{"a stopped scenario's runs are not claimed", stopParks},
		{"many runs are parked in several commits", stopParksMany},
		{"a stop or start that death cut short is ended", stopSurvivesDeath},

		{"what a run doubts and the step that it does again outlive a death", doubtAndRenewal},
		{"a doubt of which nobody knows the step is of the next request", doubtWithoutAStep},
		{"the last attempt that went well is found", lastGood},
		{"after a death leases are void and attempts unknown", rescue},
		{"after a death that nobody saw every request that was ahead may have been sent", rescueUnseen},
		{"many runs of a death that nobody saw are freed in several commits", rescueMany},
		{"several runs in flight at a death are quarantined without blame", rescueSeveral},
		{"a kill from outside condemns none of several", killedFromOutside},
		{"a run that keeps killing the server is paused", poison},

		{"a paused run resumes with its tries anew", resume},
		{"actions are refused in other states", actionStates},
		{"cancelling a running run fences its worker", cancelRunning},
		{"a waiting run is sent now or stopped", sendNowAndStop},
		{"a rerun begins from the start with the published version", rerun},
		{"a resumed run takes the published version where its step has changed", resumeVersions},
		{"a run that goes on with another version keeps what it did at steps that were renamed", resumeRenamed},
		{"a wish is granted once, however often it comes", wishOnce},
		{"changed data make a new event and a new run", rerunEdited},
		{"a skipped step counts as done", skipStep},
		{"many runs go on behind the steps at which they stand", skipMany},
		{"the tries of a waiting and a paused run are changed, for good", changeRetries},
		{"every part of a run's policy is changed, and no try is used up by it", changeRetriesWhole},
		{"the tries of many runs are changed, but not of those that wait for their time", changeRetriesOfMany},
		{"what people did to a run is told, and is part of it", actsOfRun},
		{"the runs of a mass action are found", actsOfMany},
		{"a page of a mass action is done once, over a death", bulkPage},
		{"a mass action that looks for a text loses the runs without it", bulkText},
		{"what becomes of the runs of a mass action is counted once", bulkOutcomes},
		{"a mass action has one owner, and another when that is silent", bulkOwners},
		{"a mass action is held, goes on and is stopped", bulkSteering},
		{"held runs are released with the published version", releaseHeld},

		{"applying publishes only what changed", applyPublishes},
		{"a dry run changes nothing", dryRun},
		{"drafts and stopped scenarios keep their state", draftsAndStates},
		{"saved requests are embedded in versions", savedRequests},
		{"an unknown source is refused with its place", unknownSource},
		{"a source keeps its address", sourceAddress},
		{"secrets and settings come back", secretsAndSettings},
		{"of several owners at once one is made", oneOwner},
		{"users come back and change", usersComeBack},
		{"sessions come and go", sessionsComeAndGo},
		{"views are kept for each user", viewsAreKept},
		{"what people did is listed", auditIsListed},

		{"a draft is kept as it was left, and nothing that is published changes by it", draftIsKept},
		{"of several who began from the same draft one is saved", secondDraftIsRefused},
		{"a draft is published whole, in one commit", publishOfADraft},
		{"a deleted scenario leaves its history and no waiting run", deleteScenario},
		{"a source is edited, and its addresses come and go", sourceIsEdited},
		{"the last day of a scenario and a source is counted", activity},
		{"it is counted to which steps the runs of the last day came", flowOfRuns},

		{"what people have to be told is stored with its cause, and given out once", signalsGoWithTheirCause},
		{"a letter is one node's at a time", lettersAreOneNodesAtATime},
		{"old news goes, unsent news is given up", oldNewsGoes},
		{"who sent to a source, whom it refused and how letters ended is told", whatWasSeen},
		{"what is known of fields is kept once and goes with its source", sheetsOfSources},

		{"lists are filtered", filters},
		{"lists are filtered by what a run's last attempt tells", conditions},
		{"a run is found by what its requests carried, and foreign keys by themselves", carriedKeys},
		{"outlines tell of last attempts", outlines},
		{"runs are tallied by the time of their beginning", chart},
		{"pages stay true while runs are added", paging},
		{"samples are the newest events of a source", samples},
		{"retention removes final runs with all that is theirs", retention},
		{"held runs go when their scenario never ran", heldOfUnstartedGo},
		{"retention by size leaves what fits", retentionBySize},
		{"statistics count by state", stats},
		{"what came in is accounted for, day by day", reconciled},
		{"a random life adds up, over repeats, deaths and retention", reconciledLife},
		{"a run that vanished does not add up", reconciledLoss},
		{"checks stand apart from runs", checksStandApart},
		{"an example stays until its scenario goes", examplesStay},
		{"one person is erased, and nobody else", erased},
		{"a person is erased in every place, packed or not", erasedPlaces},
		{"what comes late of an erased person is not kept", erasedLate},
		{"a key that is erased still recognises repeats", erasedKeys},
		{"a person's name that is a field's is erased, too", erasedFields},
		{"an old version in which a person to be erased stands is named", mentioned},
		{"checks and examples that were made of erased data meanwhile are not kept", erasedLateChecks},
		{"a full disk refuses and recovers by itself", diskFull},
		{"a low disk keeps nothing of what succeeded runs carried", lowDisk},
		{"a full disk takes nothing new on, and lets people make room", fullDisk},
		{"a random life loses no run, finishes none twice, gives none two leases", model},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(setUp(t, open))
		})
	}
}
