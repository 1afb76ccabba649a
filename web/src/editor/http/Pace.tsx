import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lanesQuery } from '@/api'
import { useT } from '@/i18n'
import { LaneState, rateText } from '@/screens/connections/LanesTab'
import { Facts, Row } from '@/ui'

/** Where an address leads, when it names its host itself. */
function originOf(address: string): string | undefined {
  const [whole] = /^https?:\/\/[^/?#{}\s]+(?=[/?#]|$)/i.exec(address.trim()) ?? []
  return whole && URL.canParse(whole) ? new URL(whole).origin : undefined
}

/** How often the service of an address may be asked, whether it is asked at all now, and the way to its queue; nothing while values name the host. */
export function Pace({ address }: { address: string }) {
  const t = useT()
  const origin = originOf(address)
  const { data } = useQuery({ ...lanesQuery, refetchInterval: 30_000, enabled: origin !== undefined })
  if (!origin || !data) return null
  const lane = data.items.find((one) => originOf(one.lane) === origin)
  const rate = lane?.limits.rate
  return (
    <Facts
      items={[
        [
          t('pace.title'),
          <Row key="pace">
            {lane?.drain ? t('pace.drain', { rate: rateText(lane.drain, t) }) : rate ? rateText(rate, t) : t('pace.free')}
            {lane && !['open', 'busy'].includes(lane.state) && <LaneState lane={lane} />}
            <Link to="/lanes">{t('pace.queue', { host: new URL(origin).host })}</Link>
          </Row>,
        ],
      ]}
    />
  )
}
