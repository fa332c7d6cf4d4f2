#include "roformer/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace roformer::base {

void set_up_log() {
  auto logger = spdlog::stderr_color_st("roformer");
  logger->set_pattern("%^%l%$: %v");
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace roformer::base
