package outbound

import (
	"crypto/x509"
	"fmt"
	"testing"
	"time"
)

func TestFirstCertificateToEndCountsAndStrangersAreBounded(t *testing.T) {
	t.Parallel()
	c := &Client{}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, days := range []int{9, 3, 30} {
		c.certificates.note("CRM.example:443", []*x509.Certificate{{NotAfter: at.AddDate(0, 0, days)}})
	}
	c.certificates.note("crm.example:8443", nil)
	for i := range maxSeen + 10 {
		c.certificates.note(fmt.Sprintf("h%d.example:443", i), []*x509.Certificate{{NotAfter: at}})
	}
	got := c.Certificates()
	if len(got) != maxSeen || !got["crm.example"].End.Equal(at.AddDate(0, 0, 3)) {
		t.Errorf("%d hosts, %v", len(got), got["crm.example"])
	}
}
