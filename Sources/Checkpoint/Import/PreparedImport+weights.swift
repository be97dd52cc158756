import Foundation

extension PreparedImport {
  /// Writes `model.safetensors`, one tensor at a time.
  func writeWeights(
    to url: URL, progress: (ConversionProgress) -> Void, isCancelled: () -> Bool
  ) throws(CheckpointError) {
    let writer = try SafetensorsWriter(creating: url, entries: plan.steps.flatMap(entries))
    let total = plan.steps.reduce(0) { $0 + $1.tensor.range.count }
    var done = 0
    for step in plan.steps {
      if isCancelled() { throw .cancelled }
      try write(step, to: writer)
      done += step.tensor.range.count
      progress(ConversionProgress(name: step.tensor.name, doneBytes: done, totalBytes: total))
    }
    try writer.finish()
  }

  private func entries(of step: ImportPlan.Step) -> [SafetensorsWriter.Entry] {
    guard let format = step.format else {
      return [.init(name: "\(step.path).weight", type: .F16, shape: step.tensor.shape)]
    }
    return format.entries(path: step.path, shape: step.tensor.shape, scaleType: .F16)
  }

  private func write(_ step: ImportPlan.Step, to writer: SafetensorsWriter) throws(CheckpointError) {
    let tensor = step.tensor
    var affine = GGUFBlocks.Affine()
    var halves: [UInt16] = []
    let elementCount = tensor.rowCount * tensor.columnCount
    if let format = step.format {
      affine.reserveCapacity(elementCount, format: format)
    } else {
      halves.reserveCapacity(elementCount)
    }
    let rowBytes = tensor.columnCount / tensor.type.blockSize * tensor.type.blockBytes
    for row in 0..<tensor.rowCount {
      let sourceRow =
        step.rotaryHeads == nil ? row : RotaryRows.source(of: row, headDimension: config.headDimension)
      let bytes = UnsafeRawBufferPointer(rebasing: tensor.bytes[sourceRow * rowBytes..<(sourceRow + 1) * rowBytes])
      let isFinite =
        step.format == nil
        ? GGUFBlocks.append(bytes, of: tensor.type, to: &halves)
        : GGUFBlocks.append(bytes, of: tensor.type, to: &affine)
      guard isFinite else {
        throw .gguf(
          file: source.url.path,
          .badTensor(tensor.name, problem: "holds a value in row \(sourceRow) that is not finite in half precision"))
      }
    }
    if step.format == nil {
      try writer.write(halves, to: "\(step.path).weight")
    } else {
      try writer.write(affine.codes, to: "\(step.path).weight")
      try writer.write(affine.scales, to: "\(step.path).scales")
      try writer.write(affine.biases, to: "\(step.path).biases")
    }
  }
}
