import CKernels

/// The keys and values of one head of a layer.
///
/// Position p stands at the place p modulo the capacity. Where a window bounds what is read, the newest positions so take the
/// places of those that no token sees any more.
struct HeadCache {
  let memory: rk_head_cache
  /// Positions that stand in it at once: all of a context, or a multiple of every span that attention reads at a time.
  let capacity: Int

  /// Neighbouring positions in one piece, which the kernels count from `origin` on.
  struct View {
    let memory: rk_head_cache
    let origin: Int
  }

  /// Positions, cut where the places begin anew.
  func parts(of positions: Range<Int>) -> [Range<Int>] {
    guard !isWhole(positions) else { return [positions] }
    let cut = positions.upperBound / capacity * capacity
    return [positions.lowerBound..<cut, cut..<positions.upperBound]
  }

  func place(of position: Int) -> Int { position % capacity }

  /// Whether positions, at least one and no more than the capacity, stand in one piece.
  func isWhole(_ positions: Range<Int>) -> Bool {
    positions.lowerBound / capacity == (positions.upperBound - 1) / capacity
  }

  /// A view of positions that stand in one piece, or that `copy` put there.
  ///
  /// - Parameter copy: Where they were put.
  func view(of positions: Range<Int>, copy: UnsafeMutableRawPointer) -> View {
    if isWhole(positions) { return view(of: positions) }
    return View(memory: memory(at: copy, positions: positions.count), origin: positions.lowerBound)
  }

  /// - Precondition: They stand in one piece.
  func view(of positions: Range<Int>) -> View {
    View(memory: memory, origin: positions.lowerBound - place(of: positions.lowerBound))
  }

  /// Copies positions, the first of which begins a span of `RK_SPAN`, to where they stand in one piece.
  ///
  /// - Parameter copy: `byteCount` of as many positions.
  func copy(_ positions: Range<Int>, to copy: UnsafeMutableRawPointer) {
    let target = memory(at: copy, positions: positions.count)
    for part in parts(of: positions) {
      // Keys stand in blocks, so that whole spans are copied.
      let count = Self.spans(part.count) * bytesPerPosition
      let (from, to) = (place(of: part.lowerBound), part.lowerBound - positions.lowerBound)
      for (source, target) in [(memory.keys, target.keys), (memory.values, target.values)] {
        guard let source, let target else { continue }
        (target + to * bytesPerPosition).copyMemory(from: source + from * bytesPerPosition, byteCount: count)
      }
    }
  }

  /// Bytes of a copy of some positions.
  static func byteCount(of positions: Int, dimension: Int, precision: CachePrecision) -> Int {
    2 * spans(positions) * dimension * precision.byteWidth
  }

  private func memory(at base: UnsafeMutableRawPointer, positions: Int) -> rk_head_cache {
    rk_head_cache(
      storage: memory.storage, head_dimension: memory.head_dimension, keys: base,
      values: base + Self.spans(positions) * bytesPerPosition)
  }

  /// Bytes of the keys, or of the values, of one position.
  private var bytesPerPosition: Int { Int(memory.head_dimension) * (memory.storage == RK_FLOAT16 ? 2 : 4) }

  /// As many positions in whole spans.
  private static func spans(_ positions: Int) -> Int {
    let span = Int(RK_SPAN)
    return (positions + span - 1) / span * span
  }
}
