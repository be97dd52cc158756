import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client neither finishes its request nor reads its response.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let limits: ConnectionLimits
  private let ledger: ConnectionLedger
  /// In the ledger; nil before the connection is open and after it was closed.
  private var number: Int?
  /// Requests that have begun and whose responses have not ended.
  private var requests = 0
  private var bodyBytes = 0
  private var unsentParts = 0
  private var endsWithResponse = false
  private var requestTimer: Scheduled<Void>?
  private var writeTimer: Scheduled<Void>?

  init(_ limits: ConnectionLimits, _ ledger: ConnectionLedger) { (self.limits, self.ledger) = (limits, ledger) }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { open(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    open(context)
    context.fireChannelActive()
  }

  private func open(_ context: ChannelHandlerContext) {
    guard number == nil else { return }
    let channel = context.channel
    number = ledger.admit(from: context.remoteAddress?.ipAddress ?? "") { channel.close(promise: nil) }
    if number == nil { context.close(promise: nil) } else { startRequestTimer(context) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let number { ledger.remove(number) }
    number = nil
    requestTimer?.cancel()
    writeTimer?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      requests += 1
      bodyBytes = 0
    case .body(let bytes):
      bodyBytes += bytes.readableBytes
      guard bodyBytes <= limits.bodyBytes else { return context.close(promise: nil) }
    case .end:
      requestTimer?.cancel()
      if let number { ledger.set(number, waiting: false) }
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
    unsentParts += 1
    if unsentParts == 1 { startWriteTimer(context) }
    let part = unwrapOutboundIn(data)
    sent.futureResult.assumeIsolated().whenComplete { _ in self.didSend(part, context) }
    context.write(data, promise: sent)
  }

  private func didSend(_ part: HTTPResponsePart, _ context: ChannelHandlerContext) {
    unsentParts -= 1
    writeTimer?.cancel()
    guard number != nil else { return }
    if unsentParts > 0 { startWriteTimer(context) }
    switch part {
    case .head(let head): endsWithResponse = endsWithResponse || head.headerFields[.connection] == "close"
    case .body: break
    case .end:
      requests = max(0, requests - 1)
      if endsWithResponse { return context.close(promise: nil) }
      guard requests == 0, let number else { return }
      ledger.set(number, waiting: true)
      startRequestTimer(context)
    }
  }

  private func startRequestTimer(_ context: ChannelHandlerContext) {
    requestTimer?.cancel()
    requestTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.request) { context.close(promise: nil) }
  }

  private func startWriteTimer(_ context: ChannelHandlerContext) {
    writeTimer?.cancel()
    writeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.write) { context.close(promise: nil) }
  }
}
