import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lanesQuery } from '@/api'
import { useT } from '@/i18n'
import { rateText } from '@/screens/connections/LanesTab'
import { Facts } from '@/ui'

/** Where an address leads, when it names its host itself. */
function originOf(address: string): string | undefined {
  const [whole] = /^https?:\/\/[^/?#{}\s]+(?=[/?#]|$)/i.exec(address.trim()) ?? []
  return whole && URL.canParse(whole) ? new URL(whole).origin : undefined
}

/** How often the service of an address may be asked, and the way to its queue; nothing while values name the host. */
export function Pace({ address }: { address: string }) {
  const t = useT()
  const origin = originOf(address)
  const { data } = useQuery({ ...lanesQuery, refetchInterval: false, enabled: origin !== undefined })
  if (!origin || !data) return null
  const rate = data.items.find((one) => originOf(one.lane) === origin)?.limits.rate
  return <Facts items={[[t('lanes.rate'), <>{rate ? rateText(rate, t) : t('pace.free')} · <Link to="/lanes">{t('pace.queue', { host: new URL(origin).host })}</Link></>]]} />
}
