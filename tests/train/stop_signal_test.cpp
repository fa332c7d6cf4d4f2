#include "roformer/train/stop_signal.h"

#include <gtest/gtest.h>

#include <csignal>

namespace roformer::train {
namespace {

TEST(StopSignal, ReportsAndLetsGo) {
  StopSignal stop;
  EXPECT_EQ(stop.received(), 0);
  std::raise(SIGINT);
  EXPECT_EQ(stop.received(), SIGINT);
}

void hosts_handler(int) {}

// What the process does at a signal.
auto handler_of(int number) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  return action.sa_handler;
}

TEST(StopSignal, PutsTheHostsHandlersBack) {
  const auto interrupt = std::signal(SIGINT, hosts_handler),
             terminate = std::signal(SIGTERM, SIG_IGN);
  {
    const StopSignal stop;
    EXPECT_NE(handler_of(SIGINT), hosts_handler);
    EXPECT_NE(handler_of(SIGTERM), SIG_IGN);
    std::raise(SIGTERM);  // from here on the second one would end us
    EXPECT_EQ(stop.received(), SIGTERM);
    EXPECT_EQ(handler_of(SIGTERM), SIG_DFL);
  }
  EXPECT_EQ(handler_of(SIGINT), hosts_handler);
  EXPECT_EQ(handler_of(SIGTERM), SIG_IGN);
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, terminate);
}

}  // namespace
}  // namespace roformer::train
