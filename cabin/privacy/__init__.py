"""What of the driver is kept on disk: nothing, unless somebody who may has switched it on, and then not for long."""
