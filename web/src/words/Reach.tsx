import type { Session } from '@/api'
import { clock, useT, type Key } from '@/i18n'
import { Badge, CopyButton, Muted, Note, Rich, Row } from '@/ui'

const inWords: Record<Exclude<Session['reach'], 'open'>, Key> = { unset: 'reach.unset', private: 'reach.private', http: 'reach.http' }

/**
 * Whether an address can be reached from outside, as far as the server can tell from it; an event that a stranger sent
 * proves it, whatever the address looks like.
 */
export function Reach({ session, address, proof }: { session: Session | undefined; address: string; proof: { received_at: string } | undefined }) {
  const t = useT()
  if (!session) return null
  const { reach } = session
  const proven = proof && (
    <Row>
      <Badge tone="ok" icon="check" soft>
        {t('reach.proven', { time: clock(proof.received_at) })}
      </Badge>
    </Row>
  )
  if (reach === 'open') return proven ?? <Muted>{t('reach.open')}</Muted>
  if (proven && reach !== 'http') return proven
  const wanted = reach === 'http' ? session.public_url.replace(/^http:/, 'https:') : `https://${t('source.yourHost')}`
  return (
    <>
      {proven}
      <Note
        tone="warn"
        actions={
          <CopyButton text={t('reach.letter', { url: wanted, address })} kind="default">
            {t('reach.copyLetter')}
          </CopyButton>
        }
      >
        <Rich>{t(inWords[reach], { url: wanted })}</Rich>
      </Note>
    </>
  )
}
