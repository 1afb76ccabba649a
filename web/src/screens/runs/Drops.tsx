import { useQueries } from '@tanstack/react-query'
import { runsCountQuery } from '@/api'
import { useT } from '@/i18n'
import { questionWords } from '@/screens/bulk/words'
import { Button } from '@/ui'
import { format, parse } from '@/words/query'

/** How many conditions are tried out. */
const most = 6

/** Which condition stands in the way: each without which something is found, with how much. */
export function Drops({ q, ask }: { q: string; ask: (q: string) => void }) {
  const t = useT()
  const terms = parse(q)
  const without = terms.length > 1 ? terms.slice(0, most).map((term) => ({ term, q: format(terms.filter((one) => one !== term)) })) : []
  const found = useQueries({ queries: without.map((one) => runsCountQuery(one.q)) })
  return without.map((one, i) => {
    const count = found[i]?.data?.count ?? 0
    if (count === 0) return null
    return (
      <Button key={format([one.term])} onClick={() => ask(one.q)}>
        {t('runs.without', { what: questionWords(format([one.term]), (name) => name, t), n: count })}
      </Button>
    )
  })
}
