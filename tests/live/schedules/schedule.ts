/** One random schedule: a guest at work, and a TPM that fails at one step of it. */

import { Guest } from '../../crb/bus.ts'
import { generator } from '../../crb/generator.ts'
import { readClock } from '../../crb/tpm2.ts'
import { ModelledGuest } from './model.ts'
import { FAULTS } from './proxy.ts'
import { connectWorld, mssimWorld, NV_VALUE, type Random, spawnWorld, type World, type WorldName } from './worlds.ts'

const OPS = [
  'extend',
  'readPcr',
  'random',
  'cancel',
  'reset',
  'writeNv',
  'readNv',
  'busyReset',
  'save',
  'restore',
] as const
type Op = (typeof OPS)[number]
/** Those of a TPM without NV whose state cannot be had: the first five. */
const OPS_OF_MSSIM = 5

/** What a schedule was, and how it went. */
export interface Outcome {
  readonly world: WorldName
  readonly policy: string
  /** The fault, with the step that it fell into. */
  readonly fault: string
  readonly during: Op
  /** The message that it hit, where a proxy can tell; `undefined` where it hit none. */
  readonly hit: string | undefined
  readonly fatal: number
  readonly answered: number
  readonly reconnections: number
}

/** Resets until the TPM must be back. */
const RESETS = 10

/** @throws Error that says what the guest saw and should not have. */
export async function runSchedule(seed: number, worlds: readonly WorldName[], template: string): Promise<Outcome> {
  const random = generator(seed)
  const name = pick(random, worlds)
  const policy = name === 'mssim' ? pick(random, ['off', 'reset'] as const) : pick(random, POLICIES)
  const world = await make(name, policy, template, random)
  try {
    const model = new ModelledGuest(
      new Guest({ tpm: world.tpm }),
      policy === 'resume' ? 'nothing' : 'perhaps',
      world.hasNv ? [NV_VALUE] : [],
    )
    const ops = Array.from({ length: 3 + random(4) }, () =>
      pick(random, OPS.slice(0, world.hasNv ? undefined : OPS_OF_MSSIM)),
    )
    const at = random(ops.length)
    await ready(model)
    if (world.hasNv) await model.save()
    let fault = ''
    for (const [i, op] of ops.entries()) {
      if (i === at) fault = makeFault(world, random)
      if (model.started) await perform(model, op, random)
      // A driver that reads tpmSts resets sooner or later.
      if ((model.g.read(0x44) & 1) !== 0 && random(2) === 0) await model.reset()
      await ready(model)
    }
    const { answered, fatal } = model
    const hit = world.proxy === undefined || world.proxy.disarm() ? undefined : world.proxy.hit
    const outcome = { world: name, policy, fault, during: ops[at] as Op, hit, answered, fatal }
    await world.revive()
    await end(world, model, policy)
    return { ...outcome, reconnections: world.reconnections() }
  } finally {
    await world.close()
  }
}

/** What firmware does; not in vain, unless the TPM is gone. */
async function ready(model: ModelledGuest): Promise<void> {
  for (let tries = 0; !model.started && tries < 3; tries++) {
    if (tries > 0) await model.reset()
    await model.startup()
  }
}

const POLICIES = ['off', 'reset', 'resume', 'resume'] as const

function make(name: WorldName, policy: (typeof POLICIES)[number], template: string, random: Random): Promise<World> {
  if (name === 'spawn') return spawnWorld(template, policy)
  if (name === 'connect') return connectWorld(template, policy, random)
  return mssimWorld(policy === 'off' ? 'off' : 'reset', random)
}

/** Has the fault happen in what follows. */
function makeFault(world: World, random: Random): string {
  const { server, proxy } = world
  if (proxy !== undefined && random(8) > 0) {
    const at = pick(random, ['request', 'reply', 'reply'] as const)
    const name = pick(random, FAULTS[at])
    // A command is one message, or eight with its checkpoint; a reset or restore has more.
    proxy.arm({ at, name, skip: random(3) === 0 ? random(16) : random(3) })
    return `${at} ${name}`
  }
  const signal = pick(random, ['kill', 'stop'] as const)
  const delay = random(4)
  if (delay === 0) server[signal]()
  else if (delay === 1) setImmediate(() => server[signal]())
  else setTimeout(() => server[signal](), delay - 1)
  return `${signal} ${delay === 0 ? 'before' : 'meanwhile'}`
}

async function perform(model: ModelledGuest, op: Op, random: Random): Promise<void> {
  const bytes = (n: number): string =>
    Array.from({ length: n }, () => random(256).toString(16).padStart(2, '0')).join('')
  switch (op) {
    case 'extend':
      return model.extend(bytes(32))
    case 'readPcr':
      return model.readPcr()
    case 'writeNv':
      return model.writeNv(bytes(8))
    case 'readNv':
      return model.readNv()
    case 'random':
      return model.random(false)
    case 'cancel':
      return model.random(true)
    case 'reset':
      return model.reset()
    case 'busyReset':
      return model.reset(bytes(8))
    case 'save':
      return model.save()
    case 'restore':
      return model.restore()
  }
}

/** What is left: a TPM that comes back by itself, by a reset, or by a client of the host's; with all that was answered. */
async function end(world: World, model: ModelledGuest, policy: string): Promise<void> {
  let [tpm, last] = [world.tpm, model]
  if (policy === 'resume' && model.started) {
    await model.readPcr()
    await model.readNv()
  }
  for (let resets = 0; resets < RESETS; resets++) {
    if (policy === 'off' && tpm.error !== undefined) {
      // Given up is given up: the host makes another client.
      await last.reset()
      if ((await last.run(readClock())) !== undefined) throw new Error('policy off, and it works again')
      tpm = await world.another()
      last = new ModelledGuest(new Guest({ tpm }), 'perhaps', last.nv)
    }
    const { fatal } = last
    await last.reset()
    await last.startup()
    if (!last.started) continue
    await last.readPcr()
    if (world.hasNv) await last.readNv()
    if (last.fatal === fatal) return
  }
  throw new Error(`after ${RESETS} resets the TPM is not back: ${tpm.error?.message}`)
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T
}
