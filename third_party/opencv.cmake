# Debian ships no OpenCVConfig.cmake with the two modules we use.
vrlt_find(opencv PACKAGE "libopencv-core-dev libopencv-imgproc-dev" HEADER opencv2/imgproc.hpp SUFFIXES opencv4 LIBRARIES opencv_imgproc opencv_core)
