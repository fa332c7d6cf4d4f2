// Messages for people, on standard error; standard output carries results only.
#pragma once
#include <spdlog/spdlog.h>

namespace roformer::base {

/// Sends spdlog to standard error as plain lines ("warning: …"); call once as a program starts.
void set_up_log();

}  // namespace roformer::base
