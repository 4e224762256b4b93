# SPDX-License-Identifier: MIT
# One line a module; each folder's fragment says what it is made of.
include plugins/common/common.mk
include plugins/acr/acr.mk
include plugins/azure-devops/azure-devops.mk
include plugins/azure-devops-oauth/azure-devops-oauth.mk
include plugins/broker/broker.mk
include plugins/env/env.mk
include plugins/exec/exec.mk
include plugins/kernel-keyring/kernel-keyring.mk
include plugins/oauth/oauth.mk
include plugins/password/password.mk
include plugins/pat/pat.mk
include plugins/pat-minting/pat-minting.mk
include plugins/sealed-file/sealed-file.mk
include plugins/secret-service/secret-service.mk
include plugins/service-principal/service-principal.mk
include plugins/session-token/session-token.mk
include plugins/template/template.mk

# Modules are found by name alone: nothing reads libtool's files.
install-data-hook:
	rm -f $(DESTDIR)$(modulesdir)/*.la $(DESTDIR)$(pkglibdir)/*.la
