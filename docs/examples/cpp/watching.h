// A watch of one résumé that comes back after the last event, so that each arrives once and in order, and verifies it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

#include "digest.h"
#include "resumate/v1/resume_service.grpc.pb.h"

namespace resumate {

// What coming back cannot mend: the server's status, or a difference from its log.
struct WatchError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Cancels a call that is silent for too long: a link is dead when two heartbeats are missing.
class Silence {
 public:
  Silence(grpc::ClientContext* context, std::chrono::milliseconds limit)
      : limit_(limit), thread_([this, context] { Listen(context); }) {}
  ~Silence() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  void Broken() {
    std::lock_guard<std::mutex> lock(mutex_);
    ++heard_;
    changed_.notify_all();
  }

 private:
  void Listen(grpc::ClientContext* context) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!over_) {
      const int before = heard_;
      if (!changed_.wait_for(lock, limit_, [&] { return over_ || heard_ != before; })) {
        context->TryCancel();
        return;
      }
    }
  }

  std::chrono::milliseconds limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int heard_ = 0;
  bool over_ = false;
  std::thread thread_;
};

// Told of each call's request, messages and end; for logs and tests.
struct Observer {
  std::function<void(const v1::WatchProgressRequest&)> opened = [](const auto&) {};
  std::function<void(const v1::WatchProgressResponse&)> update = [](const auto&) {};
  std::function<void(const grpc::Status&)> closed = [](const auto&) {};
};

class Watch {
 public:
  Watch(v1::ResumeService::StubInterface* service, std::string resume_id, bool follow = false, int heartbeat_s = 15)
      : service_(service), resume_id_(std::move(resume_id)), follow_(follow), heartbeat_s_(heartbeat_s) {}

  Observer observer;

  // Calls `take` with each event until it returns false or the résumé has ended. Throws `WatchError`.
  void Run(const std::function<bool(const v1::ProgressEvent&)>& take) {
    auto heard_at = std::chrono::steady_clock::now();
    int failures = 0;
    for (;;) {
      grpc::ClientContext context;
      v1::WatchProgressRequest request = Request();
      observer.opened(request);
      auto stream = service_->WatchProgress(&context, request);
      Silence silence(&context, std::chrono::milliseconds(heartbeat_s_ * 2500));
      v1::WatchProgressResponse update;
      double pause_s = 0;
      bool complete = true;
      while (complete && stream->Read(&update)) {
        silence.Broken();
        heard_at = std::chrono::steady_clock::now();
        failures = 0;
        observer.update(update);
        if (update.has_draining()) pause_s = Seconds(update.draining().reconnect_after());
        if (update.has_heartbeat()) complete = Take(update.heartbeat());
        if (update.has_event() && update.event().sequence() > position_) {
          complete = Take(update.event());
          if (complete && !take(update.event())) {
            context.TryCancel();
            stream->Finish();
            return;
          }
        }
      }
      if (!complete) context.TryCancel();  // something that was sent has not arrived: ask again
      const grpc::Status status = stream->Finish();
      observer.closed(status);
      if (status.ok() && ended_) return;
      const auto away = std::chrono::steady_clock::now() - heard_at;
      if (!MayPass(status) || away > std::chrono::minutes(2)) throw WatchError(status.error_message());
      // Full jitter: not all clients come back at once.
      pause_s += Chance() * std::min(15.0, 0.2 * static_cast<double>(1 << std::min(failures++, 10)));
      std::this_thread::sleep_for(std::chrono::duration<double>(pause_s));
    }
  }

  int verified() const { return verified_; }

 private:
  v1::WatchProgressRequest Request() const {
    v1::WatchProgressRequest request;
    request.set_resume_id(resume_id_);
    request.set_after_sequence(position_);
    request.set_epoch(epoch_);
    request.set_follow(follow_);
    request.mutable_heartbeat_interval()->set_seconds(heartbeat_s_);
    return request;
  }

  // Both return false where an event is missing before this message.
  bool Take(const v1::ProgressEvent& event) {
    if (event.sequence() > position_ + 1) return false;
    digest_ = Chained(digest_, event);
    if (digest_ != event.digest()) throw WatchError("event " + std::to_string(event.sequence()) + " differs from the log");
    ++verified_;
    position_ = event.sequence();
    epoch_ = event.epoch();
    ended_ = event.stage() == v1::STAGE_COMPLETE || event.stage() == v1::STAGE_ERROR || event.stage() == v1::STAGE_CANCELLED;
    return true;
  }

  bool Take(const v1::Heartbeat& heartbeat) {
    epoch_ = heartbeat.epoch();
    if (heartbeat.sequence() > position_) return false;
    if (heartbeat.digest() != digest_) throw WatchError("the events are not those that were sent");
    return true;
  }

  static bool MayPass(const grpc::Status& status) {
    switch (status.error_code()) {
      case grpc::StatusCode::OK:  // it ended before the résumé did
      case grpc::StatusCode::UNAVAILABLE:
      case grpc::StatusCode::CANCELLED:
      case grpc::StatusCode::DEADLINE_EXCEEDED:
        return true;
      case grpc::StatusCode::INTERNAL:
        return status.error_message().find("RST_STREAM") != std::string::npos;
      default:
        return false;
    }
  }

  static double Seconds(const google::protobuf::Duration& duration) {
    return static_cast<double>(duration.seconds()) + duration.nanos() / 1e9;
  }

  double Chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  v1::ResumeService::StubInterface* service_;
  std::string resume_id_;
  bool follow_;
  int heartbeat_s_;
  int64_t position_ = 0;
  std::string epoch_;
  std::string digest_ = std::string(32, '\0');
  bool ended_ = false;
  int verified_ = 0;
  std::mt19937 random_{std::random_device{}()};
};

}  // namespace resumate
