package mail_test

import (
	"testing"

	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
