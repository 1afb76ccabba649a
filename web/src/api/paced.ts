/** Does a thing at once, then at most once in so many milliseconds, and never twice at a time: what is asked for meanwhile is done once afterwards. */
export function paced(work: () => Promise<unknown>, span: number): () => void {
  let busy = false
  let again = false
  const go = async () => {
    if (busy) {
      again = true
      return
    }
    busy = true
    await Promise.allSettled([work(), new Promise((done) => setTimeout(done, span))])
    busy = false
    if (!again) return
    again = false
    void go()
  }
  return () => void go()
}
