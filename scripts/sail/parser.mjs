/**
 * Expressions, patterns and types of the Sail that Arm's models are in: trees of plain arrays, `[kind, ...parts]`.
 */
import { tokens } from './lexer.mjs'

/** Infix operators: precedence, and 1 for those that group to the right. */
const INFIX = {
  '-->': [1, 1],
  '|': [2, 1],
  '&': [3, 1],
  '==': [4, 0],
  '!=': [4, 0],
  '<': [4, 0],
  '<=': [4, 0],
  '>': [4, 0],
  '>=': [4, 0],
  '++': [4, 0],
  '@': [5, 1],
  '+': [6, 0],
  '-': [6, 0],
  '*': [7, 0],
  '/': [7, 0],
  '%': [7, 0],
  '<<': [7, 0],
  '>>': [7, 0],
  '^': [8, 1],
}

/** Reads one construct of Sail. */
export class Parser {
  /** @param {string} text */
  constructor(text) {
    this.text = text
    this.tokens = tokens(text)
    this.next = 0
  }

  get token() {
    return this.tokens[this.next]
  }

  is(text, ahead = 0) {
    const t = this.tokens[this.next + ahead]
    return t !== undefined && t.text === text && t.kind !== 'string'
  }

  take(text) {
    if (!this.is(text)) return false
    this.next++
    return true
  }

  expect(text) {
    if (!this.take(text)) this.fail(`'${text}' expected`)
  }

  fail(why) {
    const { at, text } = this.token ?? { at: this.text.length, text: '' }
    throw new SyntaxError(`${why}, not '${text}': ${this.text.slice(Math.max(0, at - 60), at + 30)}`)
  }

  skipTo(text) {
    while (!this.take(text)) if (this.next++ >= this.tokens.length) this.fail(`'${text}' expected`)
  }

  identifier() {
    const { kind, text } = this.token
    if (kind !== 'id') this.fail('a name expected')
    this.next++
    return text
  }

  // Types: ['name', name, args], ['tuple', types], ['fn', from, to]; numbers and their arithmetic as expressions.

  type() {
    if (this.take('forall')) {
      this.skipTo('.')
      return this.type()
    }
    const from = this.typeAtom()
    if (this.take('->')) {
      const to = this.type()
      return ['fn', from[0] === 'tuple' ? from[1] : [from], to]
    }
    return from
  }

  typeAtom() {
    if (this.take('(')) {
      const parts = []
      while (!this.take(')')) {
        parts.push(this.type())
        this.take(',')
      }
      return parts.length === 1 ? parts[0] : ['tuple', parts]
    }
    // An existential, { 'n, constraint. type }, or a set of numbers, {1, 2}.
    if (this.take('{')) {
      if (this.is('|') || this.token.kind === 'int') {
        this.skipTo('}')
        return ['name', 'int', []]
      }
      this.skipTo('.')
      const type = this.type()
      this.expect('}')
      return type
    }
    if (this.token.kind === 'tyvar' || this.token.kind === 'int') return ['num', this.infix(0)]
    const name = this.identifier()
    const args = []
    if (this.take('(')) {
      while (!this.take(')')) {
        args.push(this.typeArgument())
        this.take(',')
      }
    }
    return ['name', name, args]
  }

  /** A number, an order, a type, or a constraint: only the first is used. */
  typeArgument() {
    const { kind, text } = this.token
    if (kind === 'tyvar' || kind === 'int' || text === '-' || (kind === 'op' && text === '('))
      return ['num', this.expression()]
    return this.type()
  }

  // Expressions

  expression() {
    return this.infix(0)
  }

  infix(least) {
    let left = this.prefix()
    for (;;) {
      const { kind, text } = this.token
      const rule = kind === 'op' ? INFIX[text] : undefined
      if (rule === undefined || rule[0] < least) return left
      this.next++
      const right = this.infix(rule[1] === 1 ? rule[0] : rule[0] + 1)
      left = ['infix', text, left, right]
    }
  }

  prefix() {
    if (this.take('-')) return ['call', 'negate', [this.prefix()]]
    if (this.is('if')) return this.conditional()
    if (this.is('match')) return this.match()
    if (this.is('let')) return this.binding()
    return this.suffixed(this.atom())
  }

  suffixed(start) {
    let e = start
    for (;;) {
      if (this.take('.')) {
        const name = this.identifier()
        if (this.is('(')) e = ['call', name, [e, ...this.arguments()]]
        else e = ['field', e, name]
      } else if (this.take('[')) {
        const first = this.expression()
        if (this.take('..')) e = ['slice', e, first, this.expression()]
        else e = ['index', e, first]
        this.expect(']')
      } else return e
    }
  }

  arguments() {
    this.expect('(')
    const args = []
    while (!this.take(')')) {
      args.push(this.ascribed())
      if (!this.is(')')) this.expect(',')
    }
    return args
  }

  conditional() {
    this.expect('if')
    const condition = this.ascribed()
    this.expect('then')
    const yes = this.statement()
    return ['if', condition, yes, this.take('else') ? this.statement() : ['unit']]
  }

  match() {
    this.expect('match')
    const subject = this.expression()
    this.expect('{')
    const arms = []
    while (!this.take('}')) {
      const pattern = this.pattern()
      const guard = this.take('if') ? this.expression() : undefined
      this.expect('=>')
      arms.push([pattern, guard, this.statement()])
      this.take(',')
    }
    return ['match', subject, arms]
  }

  /** `let p = e in e`; inside a block the statement has no `in`. */
  binding() {
    this.expect('let')
    const pattern = this.pattern()
    this.expect('=')
    const value = this.statement()
    if (this.take('in')) return ['let', pattern, value, this.statement()]
    return ['let', pattern, value]
  }

  atom() {
    const { kind, text } = this.token
    if (kind === 'int') {
      this.next++
      return ['int', BigInt(text)]
    }
    if (kind === 'bits') {
      this.next++
      const width = text[1] === 'b' ? text.length - 2 : 4 * (text.length - 2)
      return ['bits', width, BigInt(text)]
    }
    if (kind === 'string') {
      this.next++
      return ['string', text]
    }
    if (kind === 'tyvar') {
      this.next++
      return ['name', text]
    }
    if (this.is('(')) {
      this.next++
      if (this.take(')')) return ['unit']
      const parts = [this.ascribed()]
      while (this.take(',')) parts.push(this.ascribed())
      this.expect(')')
      return parts.length === 1 ? parts[0] : ['tuple', parts]
    }
    if (this.is('[')) return this.vector()
    if (this.is('{')) return this.block()
    if (kind !== 'id') this.fail('an expression expected')
    if (text === 'struct') return this.struct()
    if (text === 'foreach') return this.foreach()
    if (text === 'while') {
      this.next++
      const condition = this.expression()
      this.expect('do')
      return ['while', condition, this.statement()]
    }
    if (text === 'repeat') {
      this.next++
      const body = this.statement()
      this.expect('until')
      return ['repeat', body, this.expression()]
    }
    this.next++
    if (text === 'constraint') {
      this.skipParentheses()
      return ['bool', true]
    }
    if (text === 'return' && !this.is('(')) return ['call', 'return', [this.expression()]]
    if (text === 'undefined') return ['undefined', undefined]
    if (text === 'true' || text === 'false') return ['bool', text === 'true']
    if (this.is('(')) return ['call', text, this.arguments()]
    return ['name', text]
  }

  skipParentheses() {
    this.expect('(')
    for (let depth = 1; depth > 0; this.next++) {
      if (this.is('(')) depth++
      if (this.is(')')) depth--
    }
  }

  /** `e : type` between parentheses, or before `undefined`'s end. */
  ascribed() {
    const e = this.expression()
    if (!this.take(':')) return e
    const type = this.type()
    return e[0] === 'undefined' ? ['undefined', type] : ['typed', e, type]
  }

  vector() {
    this.expect('[')
    const first = this.expression()
    if (this.take('with')) {
      const changes = []
      do {
        const from = this.expression()
        const to = this.take('..') ? this.expression() : undefined
        this.expect('=')
        changes.push([from, to, this.expression()])
      } while (this.take(','))
      this.expect(']')
      return ['with', first, changes]
    }
    const parts = [first]
    while (this.take(',')) parts.push(this.expression())
    this.expect(']')
    return ['vector', parts]
  }

  struct() {
    this.expect('struct')
    this.expect('{')
    const fields = []
    while (!this.take('}')) {
      const name = this.identifier()
      fields.push([name, this.take('=') ? this.expression() : ['name', name]])
      this.take(',')
    }
    return ['struct', fields]
  }

  foreach() {
    this.expect('foreach')
    this.expect('(')
    const name = this.identifier()
    this.expect('from')
    const from = this.expression()
    this.expect('to')
    const to = this.expression()
    this.expect('by')
    const by = this.expression()
    this.expect('in')
    const up = this.identifier() === 'inc'
    this.expect(')')
    return ['foreach', name, from, to, by, up, this.statement()]
  }

  block() {
    this.expect('{')
    if (this.take('}')) return ['unit']
    const first = this.statement()
    if (this.take('with')) {
      const fields = []
      do {
        const name = this.identifier()
        this.expect('=')
        fields.push([name, this.expression()])
      } while (this.take(','))
      this.expect('}')
      return ['update', first, fields]
    }
    const statements = [first]
    while (this.take(';')) if (!this.is('}')) statements.push(this.statement())
    this.expect('}')
    return ['block', statements]
  }

  /** An expression, a declaration `x : T = e`, or an assignment. */
  statement() {
    const { kind } = this.token
    if (this.take('var')) return this.declaration()
    if (kind === 'id' && this.is(':', 1) && !this.is('::', 1)) return this.declaration()
    const e = this.expression()
    if (!this.take('=')) return e
    return ['assign', e, this.statement()]
  }

  declaration() {
    const name = this.identifier()
    const type = this.take(':') ? this.type() : undefined
    this.expect('=')
    const value = this.statement()
    return ['declare', name, type, value[0] === 'undefined' ? ['undefined', type] : value]
  }

  // Patterns

  pattern() {
    const first = this.patternAtom()
    if (!this.take('@')) return first
    const parts = [first]
    do parts.push(this.patternAtom())
    while (this.take('@'))
    return ['concat', parts]
  }

  patternAtom() {
    const { kind, text } = this.token
    let p
    if (this.take('(')) {
      if (this.take(')')) p = ['any']
      else {
        const parts = [this.pattern()]
        while (this.take(',')) parts.push(this.pattern())
        this.expect(')')
        p = parts.length === 1 ? parts[0] : ['tuple', parts]
      }
    } else if (this.take('[')) {
      const parts = [this.pattern()]
      while (this.take(',')) parts.push(this.pattern())
      this.expect(']')
      p = ['vector', parts]
    } else if (kind === 'bits' || kind === 'int' || kind === 'string') p = ['literal', this.atom()]
    else if (kind === 'tyvar') {
      this.next++
      p = ['tyvar', text]
    } else if (this.take('-')) p = ['literal', ['int', -this.atom()[1]]]
    else {
      const name = this.identifier()
      if (name === '_') p = ['any']
      else if (name === 'true' || name === 'false') p = ['literal', ['bool', name === 'true']]
      else if (this.take('(')) {
        const parts = []
        while (!this.take(')')) {
          parts.push(this.pattern())
          this.take(',')
        }
        p = ['constructor', name, parts]
      } else p = ['bind', name]
    }
    if (this.take(':')) return ['typed', p, this.type()]
    return p
  }
}
