/**
 * Bytes of heap that a fault of every class allocates, as JSON. A process of its own, because the garbage of others would
 * be counted: `node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 bench/bytes.js`.
 */
import { bytesPerFault } from './faults.js'

console.log(JSON.stringify(bytesPerFault()))
