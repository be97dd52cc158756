import CKernels
import Checkpoint

/// Weights whose rows stand side by side, which some kernels multiply faster.
extension WeightMatrix {
  /// Part of a matrix in the file that it stands in.
  struct Place: Hashable {
    let file: ObjectIdentifier
    let rows: RowBlocks
  }

  /// Whether the kernels multiply it faster if its rows stand in blocks. No block has rows of two matrices.
  func prefersBlocks(_ kernels: Kernels) -> Bool {
    guard let inBlocks = kernels.functions.in_blocks else { return false }
    return withUnsafePointer(to: part(0, of: stackedCount)) { inBlocks($0) }
  }

  /// Where its values, scales and biases stand in files of which there are copies in memory; nil if they stand elsewhere.
  var places: [Place]? {
    guard owner == nil, tensors.allSatisfy({ $0.file.isCopy }) else { return nil }
    let counts = partByteCounts
    let parts = [
      (matrix.values, counts.values, 4), (matrix.scales, counts.scales, matrix.biases == nil ? 1 : 2),
      (matrix.biases, counts.biases, 2),
    ]
    return zip(tensors, parts).compactMap { tensor, part in
      guard let address = part.0, let base = tensor.file.bytes.baseAddress else { return nil }
      let start = address - base
      return Place(
        file: ObjectIdentifier(tensor.file),
        rows: RowBlocks(range: start..<start + part.1, rowBytes: part.1 / rows, unitBytes: part.2))
    }
  }
}

extension Decoder {
  /// Moves the rows of matrices into blocks where the kernels multiply them faster so and the weights are copies of files.
  ///
  /// Nothing but kernels may read these weights afterwards.
  ///
  /// - Throws: `CheckpointError` if the system does not let the copies be written.
  func interleave(for kernels: Kernels) throws {
    let moved = matrices.compactMap { linear, _ in
      linear.matrix.prefersBlocks(kernels) ? linear.matrix.places.map { (linear: linear, places: $0) } : nil
    }
    // Others that stand in the same bytes, such as an output layer, are among them.
    let places = Set(moved.flatMap(\.places))
    let files = Dictionary(
      moved.flatMap { $0.linear.matrix.tensors.map { (ObjectIdentifier($0.file), $0.file) } },
      uniquingKeysWith: { first, _ in first })
    for (identifier, file) in files {
      try file.interleave(Set(places.filter { $0.file == identifier }.map(\.rows)))
    }
    for (linear, _) in moved { linear.matrix = linear.matrix.inBlocks }
  }
}
