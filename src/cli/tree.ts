/** A line of a tree and what hangs below it. */
export interface Node {
  readonly text: string
  readonly children: readonly Node[]
}

/** A line with nothing below it. */
export function leaf(text: string): Node {
  return { text, children: [] }
}

/** The lines of a tree, with its branches drawn. */
export function draw(nodes: readonly Node[], indent = ''): string[] {
  return nodes.flatMap(({ text, children }, i) => {
    const last = i === nodes.length - 1
    return [`${indent}${last ? '└─' : '├─'} ${text}`, ...draw(children, `${indent}${last ? '   ' : '│  '}`)]
  })
}
