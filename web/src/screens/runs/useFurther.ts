import { useEffect, useState } from 'react'

/**
 * Asks for a further page of a question's list. That one failed is remembered here until it came: hints put rows into the
 * list, and each time the query forgets that something went wrong.
 */
export function useFurther(q: string, ask: () => Promise<{ isFetchNextPageError: boolean; error: unknown }>) {
  const [last, setLast] = useState<{ q: string; error: unknown }>()
  useEffect(() => setLast(undefined), [q])
  const further = async () => {
    const { isFetchNextPageError, error } = await ask()
    setLast(isFetchNextPageError ? { q, error } : undefined)
  }
  return { failed: last?.q === q ? last.error : undefined, further }
}
