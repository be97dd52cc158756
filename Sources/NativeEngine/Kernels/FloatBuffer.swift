/// Floats at a fixed address, aligned to a cache line and zero at first.
///
/// The engine's threads write disjoint parts between two barriers, so access is unchecked; the owner sizes it.
final class FloatBuffer: @unchecked Sendable {  // The address is constant; the team's barriers order the accesses.
  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(_ count: Int) {
    self.count = max(count, 1)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: self.count * MemoryLayout<Float>.stride, alignment: 64)
    base = bytes.initializeMemory(as: Float.self, repeating: 0, count: self.count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
