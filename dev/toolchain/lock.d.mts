/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Waits until nobody else holds the lock, then holds it. A lock whose holder is dead is taken over.
 *
 * @param file path of the lock; its directory exists
 * @param options `onWait` is called once for each holder that is waited for
 * @returns gives the lock back; may be called more than once, and from an exit handler
 */
export function acquireLock(
  file: string,
  options?: { readonly onWait?: (holder: LockHolder) => void; readonly intervalMs?: number },
): Promise<() => void>;
