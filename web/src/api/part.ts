/** A part of the interface did not come: the network is away, or the server is. */
export class PartLost extends Error {
  override readonly name = 'PartLost'
}

const answers = (): Promise<boolean> => fetch('/api/v1/session').then((answer) => answer.status < 500, () => false)

/**
 * Loads a part of the interface when it is needed. The router loads everything once more when it reads why a part did not
 * come: a newer server has others. Where nobody answers it must not, for that would take away the page, too.
 */
export const part = <T>(load: () => Promise<T>) => (): Promise<T> =>
  load().catch(async ({ message }: Error) => {
    throw new PartLost((await answers()) ? message : `no answer: ${message}`)
  })
